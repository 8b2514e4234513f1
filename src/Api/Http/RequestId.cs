using System.Globalization;
using System.Security.Cryptography;

namespace SaasLlm.Api.Http;

/// <summary>Every response carries <c>X-Request-Id</c>: the request's own where it is a sane one, else a new one.</summary>
internal static class RequestId
{
    public const string Header = "X-Request-Id";

    /// <summary>Where Anthropic's clients look for it.</summary>
    private const string MessagesHeader = "request-id";

    private const int MaxLength = 128;

    private static readonly long Process = RandomNumberGenerator.GetInt32(int.MaxValue) * (1L << 32) | (uint)RandomNumberGenerator.GetInt32(int.MaxValue);
    private static long _last;

    public static void UseRequestId(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var given = context.Request.Headers[Header];
        var id = given.Count == 1 && IsSane(given[0]) ? given[0]! : Next();
        context.TraceIdentifier = id;
        context.Response.Headers[Header] = id;
        if (LlmSurface.IsMessages(context.Request.Path))
            context.Response.Headers[MessagesHeader] = id;
        return next(context);
    });

    /// <summary>Unique over nodes and restarts; a UUID each time would ask the system for random numbers on each request.</summary>
    private static string Next() => string.Create(CultureInfo.InvariantCulture, $"{Process:x16}{Interlocked.Increment(ref _last):x8}");

    private static bool IsSane(string? id)
    {
        if (string.IsNullOrEmpty(id) || id.Length > MaxLength)
            return false;

        foreach (var c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-' or ':'))
                return false;
        }

        return true;
    }
}
