using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace SaasLlm.Api.OpenApi;

/// <summary>Describes the bodies that this service reads by its own rules.</summary>
internal sealed class RequestBodies : IOpenApiDocumentTransformer
{
    private const string Json = "application/json";
    private const string Anything = "*/*";

    /// <summary>What an endpoint says of its body. Routing must let other types through: it would answer them as an unknown route, the binder answers 415.</summary>
    public static AcceptsMetadata Of(Type body, bool isOptional = false) => new([Json, Anything], body, isOptional);

    /// <summary>The same for a body of other types than JSON.</summary>
    public static AcceptsMetadata OfTypes(string[] contentTypes) => new([.. contentTypes, Anything], typeof(string));

    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var operation in document.Paths.Values.SelectMany(path => path.Operations ?? []).Select(pair => pair.Value))
        {
            if (operation.RequestBody?.Content is not { } content)
                continue;

            content.Remove(Anything);
            if (content.TryGetValue(Json, out var body) && body.Schema is OpenApiSchemaReference { Reference.Id: { } id } && document.Components?.Schemas?[id] is { } schema)
                RefuseNull(schema);
        }

        return Task.CompletedTask;
    }

    /// <summary>A command's required fields are nullable in C#, so that a validator and not the reader tells the caller what is missing.</summary>
    private static void RefuseNull(IOpenApiSchema body)
    {
        foreach (var name in body.Required ?? new HashSet<string>())
        {
            if (body.Properties?[name] is OpenApiSchema { Type: { } type } field)
                field.Type = type & ~JsonSchemaType.Null;
            else if (body.Properties?[name] is { OneOf: { Count: 2 } choices } && choices.FirstOrDefault(choice => choice.Type != JsonSchemaType.Null) is { } one)
                body.Properties[name] = one;
        }
    }
}

internal static class RequestBodyExtensions
{
    /// <summary>Describes the body of an endpoint that reads it raw: <c>.AcceptsJson&lt;LlmCallBody&gt;()</c>.</summary>
    public static RouteHandlerBuilder AcceptsJson<T>(this RouteHandlerBuilder endpoint)
        where T : class =>
        endpoint.WithMetadata(RequestBodies.Of(typeof(T)));
}
