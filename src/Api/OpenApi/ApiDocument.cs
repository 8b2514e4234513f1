using Microsoft.OpenApi;

namespace SaasLlm.Api.OpenApi;

/// <summary>The OpenAPI document: endpoints say what they take and give, the transformers add what holds for all of them.</summary>
internal static class ApiDocument
{
    public const string Path = "/openapi.json";
    public const string Title = "SaasLlm API";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddSchemaTransformer<JsonSchemas>();
        options.AddOperationTransformer<CommonAnswers>();
        options.AddOperationTransformer<LimitHeaders>();
        options.AddOperationTransformer<OperationNames>();
        options.AddOperationTransformer<RequestExamples>();
        options.AddDocumentTransformer<ParameterNames>();
        options.AddDocumentTransformer<RequestBodies>();
        options.AddDocumentTransformer<WebhookEvents>();
        options.AddDocumentTransformer<DocumentHead>();
    });

    public static void MapApiDocument(this IEndpointRouteBuilder app) => app.MapOpenApi(Path);
}
