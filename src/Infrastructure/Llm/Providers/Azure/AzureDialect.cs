using SaasLlm.Application.Llm;
using SaasLlm.Infrastructure.Llm.Providers.OpenAiCompatible;

namespace SaasLlm.Infrastructure.Llm.Providers.Azure;

/// <summary>
/// Azure OpenAI: OpenAI's bodies at other addresses. A base that ends in <c>/openai/v1</c> is the version without dates, where the
/// deployment is the body's model; any other is a resource whose deployments have addresses of their own.
/// </summary>
internal sealed class AzureDialect : ProviderDialect
{
    /// <summary>Where the base names none (<c>?api-version=</c>): the last dated version that is no preview.</summary>
    private const string DefaultApiVersion = "api-version=2024-10-21";

    public override Uri? AddressOf(UpstreamOperation operation, Uri apiBase, string upstreamModel)
    {
        var path = OpenAiDialect.PathOf(operation);
        return At(apiBase, IsUndated(apiBase) ? path : $"deployments/{Uri.EscapeDataString(upstreamModel)}/{path}");
    }

    public override Uri ModelsAddress(Uri apiBase) => At(apiBase, "models");

    public override KeyValuePair<string, string>[] Headers(string apiKey) => apiKey.Length == 0 ? [] : [new("api-key", apiKey)];

    private static bool IsUndated(Uri apiBase) => EndsIn(apiBase, "/openai/v1");

    private static bool EndsIn(Uri apiBase, string path) =>
        apiBase.AbsolutePath.TrimEnd('/').EndsWith(path, StringComparison.OrdinalIgnoreCase);

    private static Uri At(Uri apiBase, string path)
    {
        if (!IsUndated(apiBase) && !EndsIn(apiBase, "/openai"))
            path = "openai/" + path;
        var address = UpstreamHttp.Combine(apiBase, path);
        return IsUndated(apiBase) || address.Query.Length > 1 ? address : new UriBuilder(address) { Query = DefaultApiVersion }.Uri;
    }
}
