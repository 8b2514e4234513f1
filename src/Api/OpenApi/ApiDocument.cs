using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace SaasLlm.Api.OpenApi;

/// <summary>The OpenAPI document: endpoints say what they take and give, the transformers add what holds for all of them.</summary>
internal static class ApiDocument
{
    public const string Path = "/openapi.json";
    public const string Title = "SaasLlm API";

    private const string Name = "v1";
    private const OpenApiSpecVersion Version = OpenApiSpecVersion.OpenApi3_1;

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.OpenApiVersion = Version;
        options.AddSchemaTransformer<JsonSchemas>();
        options.AddOperationTransformer<CommonAnswers>();
        options.AddOperationTransformer<LimitHeaders>();
        options.AddOperationTransformer<IdempotencyHeader>();
        options.AddOperationTransformer<OperationNames>();
        options.AddOperationTransformer<RequestExamples>();
        options.AddDocumentTransformer<ParameterNames>();
        options.AddDocumentTransformer<RequestBodies>();
        options.AddDocumentTransformer<WebhookEvents>();
        options.AddDocumentTransformer<DocumentHead>();
    });

    public static void MapApiDocument(this IEndpointRouteBuilder app) => app.MapOpenApi(Path);

    /// <summary>The <c>openapi</c> command: writes the document as it would be served. Nothing is started, and no database is needed.</summary>
    public static async Task<int> WriteAsync(WebApplication app, string file)
    {
        await using var ending = app;
        // Routes are described only once the pipeline has been given them, which is otherwise done at the start.
        app.UseEndpoints(static _ => { });
        var document = await app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name).GetOpenApiDocumentAsync();
        await using var text = new StreamWriter(file);
        await document.SerializeAsync(new OpenApiJsonWriter(text), Version);
        await text.WriteAsync('\n');
        return 0;
    }
}
