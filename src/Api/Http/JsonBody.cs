using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using SaasLlm.Api.OpenApi;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Http;

/// <summary>
/// A request body read by our own rules: what cannot be read is a clear 4xx that names the field, never a bare 400.
/// An endpoint takes <c>JsonBody&lt;T&gt; body</c> and starts with <c>if (body.Error is { } error) return error.ToHttp();</c>
/// or uses <see cref="Then"/>.
/// </summary>
internal sealed class JsonBody<T> : IEndpointParameterMetadataProvider
    where T : class
{
    private readonly T? _value;

    private JsonBody(T? value, Error? error)
    {
        _value = value;
        Error = error;
    }

    public Error? Error { get; }

    public T Value => _value ?? throw new InvalidOperationException("The body was not read.");

    /// <summary>Continues with the value, or answers the error.</summary>
    public Task<IResult> Then(Func<T, Task<IResult>> next) =>
        Error is null ? next(Value) : Task.FromResult(Error.ToHttp());

    public static async ValueTask<JsonBody<T>> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var request = context.Request;
        if (IsAbsent(request))
            return Failed(new Error("body_required", "The request needs a JSON body.", ErrorKind.Malformed));
        if (!request.HasJsonContentType())
            return Failed(new Error("unsupported_media_type", "Send the body as Content-Type: application/json.", ErrorKind.UnsupportedMediaType));

        try
        {
            var value = await JsonSerializer.DeserializeAsync<T>(request.Body, JsonConventions.Options, context.RequestAborted);
            return value is null
                ? Failed(new Error("body_required", "The request body must be a JSON object.", ErrorKind.Malformed))
                : new JsonBody<T>(value, null);
        }
        catch (JsonException exception)
        {
            return Failed(Explain(exception));
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return Failed(new Error("body_too_large", "The request body is too large.", ErrorKind.TooLarge));
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(RequestBodies.Of(typeof(T)));

    public static bool IsAbsent(HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false } || request.ContentLength == 0;

    private static JsonBody<T> Failed(Error error) => new(null, error);

    /// <summary>A value of the wrong type names its field (422); text that is no JSON is malformed (400).</summary>
    private static Error Explain(JsonException exception)
    {
        // The reader's own exception says that the text is broken; the serializer's, that a value does not fit.
        var malformed = exception.InnerException is JsonException || exception.GetType() != typeof(JsonException) || exception.Path is null;
        if (malformed)
            return new Error("malformed_json", $"The body is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}).", ErrorKind.Malformed);

        var path = exception.Path!.TrimStart('$').TrimStart('.');
        return path.Length == 0
            ? new Error("malformed_json", "The request body must be a JSON object.", ErrorKind.Malformed)
            : Error.Field(path, "has the wrong type.");
    }
}

/// <summary>A <see cref="JsonBody{T}"/> that may be left out: then it is <typeparamref name="T"/> with its defaults.</summary>
internal sealed class OptionalJsonBody<T> : IEndpointParameterMetadataProvider
    where T : class, new()
{
    private readonly JsonBody<T>? _given;

    private OptionalJsonBody(JsonBody<T>? given) => _given = given;

    public Task<IResult> Then(Func<T, Task<IResult>> next) => _given is null ? next(new T()) : _given.Then(next);

    public static async ValueTask<OptionalJsonBody<T>> BindAsync(HttpContext context, ParameterInfo parameter) =>
        new(JsonBody<T>.IsAbsent(context.Request) ? null : await JsonBody<T>.BindAsync(context, parameter));

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(RequestBodies.Of(typeof(T), isOptional: true));
}
