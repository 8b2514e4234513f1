using System.Text;
using MediatR;
using Microsoft.Net.Http.Headers;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Api.OpenApi;
using SaasLlm.Application.Import;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Import;

internal static class ImportEndpoints
{
    private static readonly string[] YamlTypes = ["application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"];

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly Error NotYaml =
        new("unsupported_media_type", "Send the file as Content-Type: application/yaml.", ErrorKind.UnsupportedMediaType);

    private static readonly Error NotUtf8 = new("malformed_yaml", "The file is not UTF-8.", ErrorKind.Malformed);

    public static void MapImport(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/import/litellm", async (bool? apply, HttpRequest request, IMediator mediator, CancellationToken cancellationToken) =>
            {
                if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !YamlTypes.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase))
                    return NotYaml.ToHttp();

                using var reader = new StreamReader(request.Body, Utf8, detectEncodingFromByteOrderMarks: false);
                try
                {
                    var config = await reader.ReadToEndAsync(cancellationToken);
                    return (await mediator.Send(new ImportLiteLlm(config.TrimStart('\uFEFF'), apply ?? false), cancellationToken)).ToHttp();
                }
                catch (DecoderFallbackException)
                {
                    return NotUtf8.ToHttp();
                }
            })
            .ForOperators()
            .WithTags("Import")
            .WithName("importLiteLlm")
            .WithSummary("Take over a LiteLLM proxy's config.yaml")
            .WithDescription("A dry run: it says what would become of the file and what has no place here. With apply=true it is done, in one transaction. What is here already is left alone, except that built-in models take on the file's prices; a second import of one file changes nothing. os.environ/NAME is read from this service's environment.")
            .WithMetadata(RequestBodies.OfTypes(YamlTypes))
            .Produces<ImportReport>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
}
