using System.Buffers;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Llm.Resilience;

namespace SaasLlm.Infrastructure.Llm.Providers;

/// <summary>
/// How a provider's API differs from OpenAI's chat completions, the form that the rest of the gateway speaks. Made once; all
/// that is done by default is OpenAI's own way, which copies nothing.
/// </summary>
internal abstract class ProviderDialect
{
    /// <summary>What may stand in a request's body beside OpenAI's own members.</summary>
    protected virtual ChatExtensions Known => ChatExtensions.None;

    /// <summary>Where requests go; null where the provider's API has no such operation.</summary>
    public abstract Uri? AddressOf(UpstreamOperation operation, Uri apiBase, string upstreamModel);

    /// <summary>An address that lists models: costs nothing and needs a good key.</summary>
    public abstract Uri ModelsAddress(Uri apiBase);

    /// <summary>The headers that every request carries beside its content's, the credential among them.</summary>
    /// <param name="apiKey">Empty where the server wants no key.</param>
    public abstract KeyValuePair<string, string>[] Headers(string apiKey);

    /// <summary>Writes the request's body.</summary>
    /// <param name="upstreamModel">The name that the provider knows the model by; not the model's own where a caller's key reaches it elsewhere.</param>
    /// <returns>Null, or why this API cannot say what is asked, as the caller may read it; what was written then means nothing.</returns>
    public virtual string? WriteChat(IBufferWriter<byte> output, ChatRequest request, CatalogModel model, string upstreamModel, bool stream)
    {
        request.WriteUpstreamBody(output, upstreamModel, stream, Known);
        return null;
    }

    /// <summary>A good plain answer; null where the body is none.</summary>
    public virtual ChatAnswer? ReadAnswer(byte[] body) => ChatAnswer.Scan(body);

    /// <summary>Makes chunks of one stream's events; null where the events are chunks already.</summary>
    public virtual IChunkTranslator? OpenChunks() => null;

    /// <summary>What a status that is no success means.</summary>
    public virtual AnswerKind KindOf(int status) => status switch
    {
        400 or 422 => AnswerKind.Rejected,
        409 or 429 => AnswerKind.Busy,
        408 or >= 500 => AnswerKind.Faulty,
        _ => AnswerKind.Denied,
    };

    /// <summary>True where an error says that the key is not valid.</summary>
    /// <param name="body">The error's body where it was read, which it is of a rejected request.</param>
    public virtual bool RefusesKey(int status, ReadOnlySpan<byte> body) => status is 401 or 403;

    /// <summary>True where a refusal that looks like the request's fault is our account's.</summary>
    /// <param name="body">The error's body.</param>
    public virtual bool BlamesAccount(ReadOnlySpan<byte> body) => false;
}
