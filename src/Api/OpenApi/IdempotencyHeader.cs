using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using SaasLlm.Api.Http;

namespace SaasLlm.Api.OpenApi;

/// <summary>Describes <c>Idempotency-Key</c> where it is heeded.</summary>
internal sealed class IdempotencyHeader : IOpenApiOperationTransformer
{
    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (!context.Description.ActionDescriptor.EndpointMetadata.OfType<IdempotentEndpoint>().Any())
            return Task.CompletedTask;

        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = Idempotency.Header,
            In = ParameterLocation.Header,
            Description = "Makes a repeated request harmless: within 24 hours the same key gives the first answer again, and a different request under it is refused.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });
        return Task.CompletedTask;
    }
}
