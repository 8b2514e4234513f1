using System.Globalization;
using System.Text;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Http;

/// <summary>One column of a CSV answer.</summary>
/// <param name="Value">Null gives an empty field.</param>
internal sealed record CsvColumn<T>(string Name, Func<T, object?> Value);

/// <summary>CSV (RFC 4180) on <c>Accept: text/csv</c>, written row by row while the rows are read.</summary>
internal static class CsvResult
{
    public const string ContentType = "text/csv";

    /// <summary>True where the request prefers CSV to JSON.</summary>
    public static bool WantsCsv(this HttpRequest request)
    {
        var csv = 0.0;
        var json = 0.0;
        foreach (var accepted in request.GetTypedHeaders().Accept)
        {
            if (accepted.MediaType.Equals(ContentType, StringComparison.OrdinalIgnoreCase))
                csv = Math.Max(csv, accepted.Quality ?? 1);
            else if (accepted.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
                json = Math.Max(json, accepted.Quality ?? 1);
        }

        return csv > 0 && csv >= json;
    }

    /// <summary>200 with the rows, or the refusal.</summary>
    public static IResult ToCsv<TValue, TRow>(
        this Result<TValue> result, IReadOnlyList<CsvColumn<TRow>> columns, Func<TValue, IAsyncEnumerable<TRow>> rows) =>
        result.IsSuccess ? new Rows<TRow>(columns, rows(result.Value)) : result.Error.ToHttp();

    private sealed class Rows<T>(IReadOnlyList<CsvColumn<T>> columns, IAsyncEnumerable<T> rows) : IResult
    {
        /// <summary>Characters that are collected before they are sent.</summary>
        private const int FlushAt = 16 * 1024;

        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            var cancellationToken = httpContext.RequestAborted;
            var text = new StringBuilder();
            for (var i = 0; i < columns.Count; i++)
                Append(text, i, columns[i].Name);
            text.Append("\r\n");

            // The first row is read before the answer begins: an error until then still has a status.
            await foreach (var row in rows.WithCancellation(cancellationToken))
            {
                for (var i = 0; i < columns.Count; i++)
                    Append(text, i, columns[i].Value(row));
                text.Append("\r\n");
                if (text.Length >= FlushAt)
                    await FlushAsync(response, text, cancellationToken);
            }

            await FlushAsync(response, text, cancellationToken);
        }

        private static async Task FlushAsync(HttpResponse response, StringBuilder text, CancellationToken cancellationToken)
        {
            if (!response.HasStarted)
                response.ContentType = ContentType + "; charset=utf-8; header=present";
            await response.WriteAsync(text.ToString(), Encoding.UTF8, cancellationToken);
            text.Clear();
        }

        private static void Append(StringBuilder text, int index, object? value)
        {
            if (index > 0)
                text.Append(',');
            var field = value switch
            {
                null => "",
                string words => Harmless(words),
                bool truth => truth ? "true" : "false",
                decimal amount => (amount / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture),
                DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
                _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
            };
            if (field.AsSpan().IndexOfAny(",\"\r\n") < 0)
                text.Append(field);
            else
                text.Append('"').Append(field.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }

        /// <summary>A spreadsheet takes such a text for a formula; the apostrophe keeps it one of text.</summary>
        private static string Harmless(string words) => words is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + words : words;
    }
}
