using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace SaasLlm.Api.OpenApi;

/// <summary>Describes the headers by which calls of a model tell their callers what is left of their limits.</summary>
internal sealed class LimitHeaders : IOpenApiOperationTransformer
{
    private const string Meaning = " Of the organization's, the team's and the key's limits, the one of which the fewest are left; absent where none limits them.";

    private static readonly (string Name, string Description)[] Left =
    [
        ("X-RateLimit-Limit", "Requests a minute, or at once where the burst is the tighter limit." + Meaning),
        ("X-RateLimit-Remaining", "How many of them are left, this one taken."),
        ("X-RateLimit-Reset", "When all of them are there again if nothing else is used, in Unix seconds."),
        ("X-RateLimit-Limit-Tokens", "Tokens a minute, of prompts and answers together." + Meaning),
        ("X-RateLimit-Remaining-Tokens", "How many of them are left, this call's estimate taken; once it has ended, what it used counts instead."),
        ("X-RateLimit-Reset-Tokens", "When all of them are there again if nothing else is used, in Unix seconds."),
    ];

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (!metadata.OfType<IAcceptsMetadata>().Any(accepts => typeof(LlmCallBody).IsAssignableFrom(accepts.RequestType)))
            return Task.CompletedTask;

        foreach (var (status, answer) in operation.Responses ?? [])
        {
            if (answer is not OpenApiResponse response)
                continue;
            if (status is "200" or "429")
                Describe(response, Left);
            if (status is "429" or "503")
                Describe(response, [("Retry-After", "Seconds to wait.")]);
        }

        return Task.CompletedTask;
    }

    private static void Describe(OpenApiResponse response, (string Name, string Description)[] headers)
    {
        response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
        foreach (var (name, description) in headers)
            response.Headers[name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" } };
    }
}
