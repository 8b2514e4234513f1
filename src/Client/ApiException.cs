using System.Globalization;
using System.Text.Json;

namespace SaasLlm.Client;

/// <summary>The service has refused a request, or has answered what the client cannot read.</summary>
public sealed class ApiException : Exception
{
    private const string RequestIdHeader = "X-Request-Id";
    private const string RetryAfterHeader = "Retry-After";
    private const string DateHeader = "Date";

    /// <param name="message">What there is to say where the body says nothing.</param>
    /// <param name="statusCode">The answer's HTTP status.</param>
    /// <param name="body">The answer's body.</param>
    /// <param name="headers">The answer's headers.</param>
    /// <param name="innerException">Why the body could not be read; null where it could.</param>
    public ApiException(
        string message, int statusCode, string? body, IReadOnlyDictionary<string, IEnumerable<string>> headers, Exception? innerException)
        : this(ErrorBody.Read(body, message), statusCode, headers, innerException)
    {
    }

    private ApiException(ErrorBody error, int statusCode, IReadOnlyDictionary<string, IEnumerable<string>> headers, Exception? innerException)
        : base(error.Code is null ? $"{statusCode}: {error.Detail}" : $"{statusCode} {error.Code}: {error.Detail}", innerException)
    {
        StatusCode = statusCode;
        Code = error.Code;
        Detail = error.Detail;
        Errors = error.Errors;
        RequestId = error.RequestId ?? Header(headers, RequestIdHeader);
        RetryAfter = WaitOf(headers);
    }

    /// <summary>The HTTP status; 200 where the fault came in the middle of a stream.</summary>
    public int StatusCode { get; }

    /// <summary>The service's stable name of the error, such as <c>insufficient_credits</c>; null where something before the service answered.</summary>
    public string? Code { get; }

    /// <summary>True where there are not enough credits for what was asked: somebody has to buy some.</summary>
    public bool IsOutOfCredits => Code is "insufficient_credits" or "payment_required";

    /// <summary>One sentence that says what to change.</summary>
    public string Detail { get; }

    /// <summary>What to name in a report to the service's operator.</summary>
    public string? RequestId { get; }

    /// <summary>Messages by field of the request, where it broke a rule; else empty.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; }

    /// <summary>After how long the request may pass, where the service says so.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>A date counts from the answer's own, so that the two clocks need not agree.</summary>
    private static TimeSpan? WaitOf(IReadOnlyDictionary<string, IEnumerable<string>> headers)
    {
        var value = Header(headers, RetryAfterHeader);
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return TimeSpan.FromSeconds(seconds);

        return DateOf(value) - DateOf(Header(headers, DateHeader));
    }

    private static DateTimeOffset? DateOf(string? value) =>
        DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;

    private static string? Header(IReadOnlyDictionary<string, IEnumerable<string>> headers, string name) =>
        headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault();

    /// <summary>Both forms of the service's refusals: problem+json (RFC 9457), and OpenAI's on the LLM API and in streams.</summary>
    private sealed record ErrorBody(string? Code, string Detail, string? RequestId, IReadOnlyDictionary<string, string[]> Errors)
    {
        private static readonly IReadOnlyDictionary<string, string[]> None = new Dictionary<string, string[]>(StringComparer.Ordinal);

        public static ErrorBody Read(string? body, string otherwise)
        {
            try
            {
                return string.IsNullOrWhiteSpace(body) ? Unknown(otherwise) : Read(JsonElement.Parse(body), otherwise);
            }
            catch (JsonException)
            {
                return Unknown(otherwise);
            }
        }

        private static ErrorBody Read(JsonElement body, string otherwise)
        {
            if (body.ValueKind != JsonValueKind.Object)
                return Unknown(otherwise);
            if (!body.TryGetProperty("error", out var error) || error.ValueKind != JsonValueKind.Object)
                return new ErrorBody(Text(body, "code"), Text(body, "detail") ?? otherwise, Text(body, "request_id"), ErrorsOf(body));

            var message = Text(error, "message") ?? otherwise;
            var errors = Text(error, "param") is { } field ? new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] } : None;
            return new ErrorBody(Text(error, "code"), message, null, errors);
        }

        private static ErrorBody Unknown(string detail) => new(null, detail, null, None);

        private static IReadOnlyDictionary<string, string[]> ErrorsOf(JsonElement problem) =>
            problem.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Object
                ? errors.Deserialize<Dictionary<string, string[]>>()!
                : None;

        private static string? Text(JsonElement parent, string name) =>
            parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
