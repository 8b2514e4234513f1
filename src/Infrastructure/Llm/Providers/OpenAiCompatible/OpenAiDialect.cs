using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

/// <summary>OpenAI's own form, which most providers understand.</summary>
/// <param name="known">What the provider knows beside it.</param>
internal sealed class OpenAiDialect(ChatExtensions known) : ProviderDialect
{
    protected override ChatExtensions Known => known;

    public override Uri? AddressOf(UpstreamOperation operation, Uri apiBase, string upstreamModel) =>
        UpstreamHttp.Combine(apiBase, PathOf(operation));

    public override Uri ModelsAddress(Uri apiBase) => UpstreamHttp.Combine(apiBase, "models");

    public override KeyValuePair<string, string>[] Headers(string apiKey) =>
        apiKey.Length == 0 ? [] : [new("Authorization", "Bearer " + apiKey)];

    public override bool RefusesKey(int status, ReadOnlySpan<byte> body) =>
        base.RefusesKey(status, body) || (status == 400 && BlamesAccount(body));

    /// <summary>Google's words, with a 400, of a key that it does not know.</summary>
    public override bool BlamesAccount(ReadOnlySpan<byte> body) => body.IndexOf("API key not valid"u8) >= 0;

    /// <summary>Behind the base address.</summary>
    public static string PathOf(UpstreamOperation operation) => operation switch
    {
        UpstreamOperation.Chat => "chat/completions",
        UpstreamOperation.Embeddings => "embeddings",
        _ => "images/generations",
    };
}
