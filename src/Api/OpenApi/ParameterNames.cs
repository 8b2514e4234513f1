using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace SaasLlm.Api.OpenApi;

/// <summary>
/// Shows route and query parameters in snake_case like every other name. A route parameter's name is nobody's but the document's;
/// query parameters are matched without regard to case, and those of several words are named by their endpoints. The ids of jobs
/// are UUIDs; their endpoints read them as text, so that any other text is an unknown job.
/// </summary>
internal sealed partial class ParameterNames : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        var renamed = new OpenApiPaths();
        foreach (var (path, item) in document.Paths)
        {
            renamed.Add(InSnakeCase(path), item);
            foreach (var operation in (item.Operations ?? []).Values)
                DeclareAll(path, operation);
            foreach (var parameter in (item.Operations ?? []).SelectMany(pair => pair.Value.Parameters ?? []).OfType<OpenApiParameter>())
            {
                if (parameter is { Name: { } name, In: ParameterLocation.Path or ParameterLocation.Query })
                    parameter.Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
                if (parameter is { Name: "job_id", Schema: OpenApiSchema id })
                    id.Format = "uuid";
            }
        }

        document.Paths = renamed;
        return Task.CompletedTask;
    }

    /// <summary>Some endpoints read a parameter from the route, where their description does not find it.</summary>
    private static void DeclareAll(string path, OpenApiOperation operation)
    {
        operation.Parameters ??= [];
        foreach (var name in Parameter().Matches(path).Select(match => match.Value).Where(name => operation.Parameters.All(known => known.Name != name)))
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Path,
                Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }
    }

    /// <summary><c>/api/jobs/{jobId}</c> is <c>/api/jobs/{job_id}</c>.</summary>
    public static string InSnakeCase(string path) =>
        Parameter().Replace(path, match => JsonNamingPolicy.SnakeCaseLower.ConvertName(match.Value));

    [GeneratedRegex(@"(?<=\{)\w+(?=\})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
