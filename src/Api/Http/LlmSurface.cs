using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Http;

/// <summary>
/// The paths that speak to OpenAI's and Anthropic's clients, and the form that errors have there: also where no route was
/// found, or the body could not be read.
/// </summary>
internal static class LlmSurface
{
    private static readonly PathString Short = "/v1";
    private static readonly PathString Long = "/api/v1";

    /// <summary>Both addresses of the surface.</summary>
    public static IReadOnlyList<string> Roots { get; } = ["/api/v1/llm", "/v1"];

    public static bool Holds(PathString path) =>
        path.StartsWithSegments(Short, StringComparison.OrdinalIgnoreCase) || path.StartsWithSegments(Long, StringComparison.OrdinalIgnoreCase);

    /// <summary>Where Anthropic's clients are spoken to.</summary>
    public static bool IsMessages(PathString path) => path.Value is { } value && value.EndsWith("/messages", StringComparison.Ordinal);

    /// <summary>OpenAI has one status for what cannot be read and what breaks a rule.</summary>
    public static int StatusOf(ErrorKind kind) =>
        kind == ErrorKind.Validation ? StatusCodes.Status400BadRequest : ResultHttp.StatusOf(kind);

    public static LlmError ErrorOf(Error error) =>
        new(error.Message, TypeOf(error.Kind), CodeOf(error), error.Fields is { } fields ? fields.Keys.FirstOrDefault() : null);

    public static Task WriteLlmErrorAsync(this HttpResponse response, Error error)
    {
        response.StatusCode = StatusOf(error.Kind);
        var aborted = response.HttpContext.RequestAborted;
        if (!IsMessages(response.HttpContext.Request.Path))
            return response.WriteAsJsonAsync(new LlmErrorBody(ErrorOf(error)), JsonConventions.Options, "application/json", aborted);

        // Anthropic's form with OpenAI's members in it, so that the clients of both find what they look for.
        var both = new MessagesErrorBody("error", ErrorOf(error) with { Type = MessagesTypeOf(error.Kind) }, response.HttpContext.TraceIdentifier);
        return response.WriteAsJsonAsync(both, JsonConventions.Options, "application/json", aborted);
    }

    private static string? CodeOf(Error error) => error.Kind == ErrorKind.PaymentRequired ? "payment_required" : error.Code;

    private static string TypeOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Forbidden => "permission_error",
        ErrorKind.PaymentRequired => "insufficient_credits",
        ErrorKind.TooManyRequests => "rate_limit_error",
        ErrorKind.Internal or ErrorKind.UpstreamFailed or ErrorKind.Unavailable or ErrorKind.UpstreamTimeout => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>Anthropic's names; see its page on errors.</summary>
    private static string MessagesTypeOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Unauthorized => "authentication_error",
        ErrorKind.PaymentRequired => "billing_error",
        ErrorKind.Forbidden => "permission_error",
        ErrorKind.NotFound => "not_found_error",
        ErrorKind.TooLarge => "request_too_large",
        ErrorKind.TooManyRequests => "rate_limit_error",
        ErrorKind.Unavailable => "overloaded_error",
        ErrorKind.UpstreamTimeout => "timeout_error",
        ErrorKind.Internal or ErrorKind.UpstreamFailed => "api_error",
        _ => "invalid_request_error",
    };

    private sealed record MessagesErrorBody(string Type, LlmError Error, string RequestId);
}

/// <summary>The body of every refusal of the LLM API.</summary>
internal sealed record LlmErrorBody(LlmError Error);

/// <param name="Message">One sentence that says what to change.</param>
/// <param name="Type">The sort of error, in OpenAI's words.</param>
/// <param name="Code">Stable, machine-readable.</param>
/// <param name="Param">The member of the request that is at fault; null where none is.</param>
internal sealed record LlmError(string Message, string Type, string? Code, string? Param);
