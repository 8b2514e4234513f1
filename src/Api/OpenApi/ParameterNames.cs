using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace SaasLlm.Api.OpenApi;

/// <summary>
/// Shows route and query parameters in snake_case like every other name. A route parameter's name is nobody's but the document's;
/// query parameters are matched without regard to case, and those of several words are named by their endpoints.
/// </summary>
internal sealed partial class ParameterNames : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var renamed = new OpenApiPaths();
        foreach (var (path, item) in document.Paths)
        {
            renamed.Add(InSnakeCase(path), item);
            foreach (var parameter in (item.Operations ?? []).SelectMany(pair => pair.Value.Parameters ?? []).OfType<OpenApiParameter>())
            {
                if (parameter is { Name: { } name, In: ParameterLocation.Path or ParameterLocation.Query })
                    parameter.Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
            }
        }

        document.Paths = renamed;
        return Task.CompletedTask;
    }

    /// <summary><c>/api/jobs/{jobId}</c> is <c>/api/jobs/{job_id}</c>.</summary>
    public static string InSnakeCase(string path) =>
        Parameter().Replace(path, match => JsonNamingPolicy.SnakeCaseLower.ConvertName(match.Value));

    [GeneratedRegex(@"(?<=\{)\w+(?=\})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
