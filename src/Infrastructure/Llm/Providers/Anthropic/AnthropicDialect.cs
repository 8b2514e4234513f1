using System.Buffers;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;
using SaasLlm.Infrastructure.Llm.Resilience;

namespace SaasLlm.Infrastructure.Llm.Providers.Anthropic;

/// <summary>Anthropic's Messages API (<c>POST /v1/messages</c>).</summary>
internal sealed class AnthropicDialect(TimeProvider time) : ProviderDialect
{
    private const string Version = "2023-06-01";

    /// <summary>Its servers are overloaded: wants a pause, and is no fault of the deployment.</summary>
    private const int Overloaded = 529;

    public override Uri? AddressOf(UpstreamOperation operation, Uri apiBase, string upstreamModel) =>
        operation == UpstreamOperation.Chat ? At(apiBase, "messages") : null;

    public override Uri ModelsAddress(Uri apiBase) => At(apiBase, "models");

    public override KeyValuePair<string, string>[] Headers(string apiKey)
    {
        var version = new KeyValuePair<string, string>("anthropic-version", Version);
        return apiKey.Length == 0 ? [version] : [new("x-api-key", apiKey), version];
    }

    public override string? WriteChat(IBufferWriter<byte> output, ChatRequest request, CatalogModel model, string upstreamModel, bool stream) =>
        AnthropicRequest.Write(output, request, upstreamModel, model.MaxOutputTokens, stream);

    public override ChatAnswer? ReadAnswer(byte[] body) => AnthropicAnswer.Read(body, time.GetUtcNow());

    public override IChunkTranslator OpenChunks() => new AnthropicChunks(time.GetUtcNow());

    public override AnswerKind KindOf(int status) => status == Overloaded ? AnswerKind.Busy : base.KindOf(status);

    /// <summary>An account without credit is refused with a 400, as if the request were wrong.</summary>
    public override bool BlamesAccount(ReadOnlySpan<byte> body) =>
        body.IndexOf("credit balance"u8) >= 0 || body.IndexOf("billing_error"u8) >= 0;

    /// <summary>The base may be given with or without its version, as the provider's own clients take it without.</summary>
    private static Uri At(Uri apiBase, string path) =>
        UpstreamHttp.Combine(apiBase, apiBase.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal) ? path : "v1/" + path);
}
