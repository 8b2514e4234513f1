using System.Globalization;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Http;

/// <summary>The one place where an <see cref="Error"/> becomes an HTTP status and a body in the form of its surface.</summary>
internal static class ResultHttp
{
    /// <summary>200 with the value, or the refusal.</summary>
    public static IResult ToHttp<T>(this Result<T> result) =>
        result.IsSuccess ? TypedResults.Ok(result.Value) : result.Error.ToHttp();

    public static IResult ToHttp(this Error error) => new Refusal(error);

    public static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Malformed or ErrorKind.AlreadyExists or ErrorKind.UpstreamRejected => StatusCodes.Status400BadRequest,
        ErrorKind.Unauthorized => StatusCodes.Status401Unauthorized,
        ErrorKind.PaymentRequired => StatusCodes.Status402PaymentRequired,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Conflict => StatusCodes.Status409Conflict,
        ErrorKind.Gone => StatusCodes.Status410Gone,
        ErrorKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorKind.UnsupportedMediaType => StatusCodes.Status415UnsupportedMediaType,
        ErrorKind.Validation => StatusCodes.Status422UnprocessableEntity,
        ErrorKind.TooManyRequests => StatusCodes.Status429TooManyRequests,
        ErrorKind.Internal => StatusCodes.Status500InternalServerError,
        ErrorKind.UpstreamFailed => StatusCodes.Status502BadGateway,
        ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        ErrorKind.UpstreamTimeout => StatusCodes.Status504GatewayTimeout,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No status for this kind."),
    };

    private static string TitleOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Malformed => "Malformed request",
        ErrorKind.AlreadyExists => "Already exists",
        ErrorKind.UpstreamRejected => "Request refused by the model",
        ErrorKind.Unauthorized => "Authentication required",
        ErrorKind.PaymentRequired => "Payment required",
        ErrorKind.Forbidden => "Not allowed",
        ErrorKind.NotFound => "Not found",
        ErrorKind.Conflict => "Conflict",
        ErrorKind.Gone => "Gone",
        ErrorKind.TooLarge => "Body too large",
        ErrorKind.UnsupportedMediaType => "Unsupported media type",
        ErrorKind.Validation => "Validation failed",
        ErrorKind.TooManyRequests => "Too many requests",
        ErrorKind.Internal => "Internal error",
        ErrorKind.UpstreamFailed => "Upstream failed",
        ErrorKind.Unavailable => "Unavailable",
        ErrorKind.UpstreamTimeout => "Upstream timed out",
        _ => "Error",
    };

    /// <summary>
    /// Writes the refusal as it stands in the contract, <c>Retry-After</c> included: problem+json (RFC 9457) on the Job API,
    /// OpenAI's form on the LLM API.
    /// </summary>
    public static Task WriteErrorAsync(this HttpResponse response, Error error)
    {
        if (error.Kind == ErrorKind.Unauthorized)
            response.Headers.WWWAuthenticate = "Bearer";
        if (error.RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

        if (error.Limits is { } limits)
            response.WriteLimits(limits);

        if (LlmSurface.Holds(response.HttpContext.Request.Path))
            return response.WriteLlmErrorAsync(error);

        var status = StatusOf(error.Kind);
        response.StatusCode = status;
        var problem = new Problem(
            "urn:saasllm:error:" + error.Code,
            TitleOf(error.Kind),
            status,
            error.Message,
            error.Code,
            response.HttpContext.TraceIdentifier,
            error.Fields);
        return response.WriteAsJsonAsync(problem, JsonConventions.Options, "application/problem+json", response.HttpContext.RequestAborted);
    }

    private sealed class Refusal(Error error) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => httpContext.Response.WriteErrorAsync(error);
    }
}

/// <summary>The body of every refusal of the Job API.</summary>
/// <param name="Type">Names the sort of error; stable.</param>
/// <param name="Title">The sort of error for a person.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">One sentence that says what to change.</param>
/// <param name="Code">Stable, machine-readable.</param>
/// <param name="RequestId">The request's id, as in <c>X-Request-Id</c>.</param>
/// <param name="Errors">Messages by field; only where the request broke a rule.</param>
internal sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    string RequestId,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    IReadOnlyDictionary<string, string[]>? Errors);
