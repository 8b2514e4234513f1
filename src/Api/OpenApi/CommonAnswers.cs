using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SaasLlm.Api.Auth;

namespace SaasLlm.Api.OpenApi;

/// <summary>Adds what every endpoint of its sort asks for and may refuse with, so that endpoints need not repeat it.</summary>
internal sealed class CommonAnswers : IOpenApiOperationTransformer
{
    private static readonly Dictionary<int, string> Meanings = new()
    {
        [StatusCodes.Status400BadRequest] = "The request cannot be read, or something of that id already exists.",
        [StatusCodes.Status401Unauthorized] = "No credential, or an unknown one.",
        [StatusCodes.Status403Forbidden] = "The caller is known and not allowed, or has no credits left.",
        [StatusCodes.Status404NotFound] = "No such thing.",
        [StatusCodes.Status409Conflict] = "The state of the thing does not allow it.",
        [StatusCodes.Status413PayloadTooLarge] = "The body exceeds the limit (10 MB unless configured).",
        [StatusCodes.Status415UnsupportedMediaType] = "The body is not application/json.",
        [StatusCodes.Status422UnprocessableEntity] = "A field breaks a rule; `errors` names it.",
        [StatusCodes.Status429TooManyRequests] = "A limit of the organization, the team or the key is reached: requests or tokens a minute, requests at once, or calls at the same time. Nothing was used up; after `Retry-After` the same call passes, if nothing else is used meanwhile.",
        [StatusCodes.Status500InternalServerError] = "A fault of this service.",
        [StatusCodes.Status502BadGateway] = "The upstream failed after retries and fallbacks.",
        [StatusCodes.Status503ServiceUnavailable] = "The database or every route to a model is unavailable, or each is serving as many calls as it may; see `Retry-After`.",
        [StatusCodes.Status504GatewayTimeout] = "The upstream did not answer in time.",
    };

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var required = metadata.OfType<CallerRequirement>().LastOrDefault();
        if (required is null)
            return Task.CompletedTask;

        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(DocumentHead.BearerScheme, context.Document)] = [] }];
        if (required.Users || required.OperatorOnly)
            operation.Security.Add(new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(DocumentHead.SessionScheme, context.Document)] = [] });
        if (required.OperatorOnly)
            operation.Description = $"{operation.Description}\n\nOperators only.".TrimStart();

        foreach (var status in StatusesOf(context.Description.HttpMethod, operation, required, metadata))
        {
            operation.Responses ??= [];
            operation.Responses.TryAdd(status.ToString(), new OpenApiResponse
            {
                Description = Meanings[status],
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(DocumentHead.ProblemSchema, context.Document) },
                },
            });
        }

        return Task.CompletedTask;
    }

    private static IEnumerable<int> StatusesOf(string? method, OpenApiOperation operation, CallerRequirement required, IList<object> metadata)
    {
        var hasBody = operation.RequestBody is not null;
        var hasQuery = operation.Parameters?.Any(parameter => parameter.In == ParameterLocation.Query) ?? false;
        var hasId = operation.Parameters?.Any(parameter => parameter.In == ParameterLocation.Path) ?? false;
        if (hasBody)
            yield return StatusCodes.Status400BadRequest;

        yield return StatusCodes.Status401Unauthorized;
        yield return StatusCodes.Status403Forbidden;
        if (hasBody || hasId)
            yield return StatusCodes.Status404NotFound;
        if (!HttpMethods.IsGet(method ?? string.Empty))
            yield return StatusCodes.Status409Conflict;
        if (hasBody)
        {
            yield return StatusCodes.Status413PayloadTooLarge;
            yield return StatusCodes.Status415UnsupportedMediaType;
        }

        if (hasBody || hasQuery || hasId)
            yield return StatusCodes.Status422UnprocessableEntity;
        if (!required.OperatorOnly)
            yield return StatusCodes.Status429TooManyRequests;

        yield return StatusCodes.Status500InternalServerError;
        if (metadata.OfType<IAcceptsMetadata>().Any(accepts => typeof(LlmCallBody).IsAssignableFrom(accepts.RequestType)))
        {
            yield return StatusCodes.Status502BadGateway;
            yield return StatusCodes.Status504GatewayTimeout;
        }

        yield return StatusCodes.Status503ServiceUnavailable;
    }
}
