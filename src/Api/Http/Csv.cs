using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace SaasLlm.Api.Http;

/// <summary>Rows as <c>text/csv</c> (RFC 4180, UTF-8), written as they come: none but the current one is held.</summary>
internal sealed class Csv(string fileName, IReadOnlyList<string> header, IAsyncEnumerable<IReadOnlyList<string?>> rows) : IResult
{
    public const string ContentType = "text/csv";

    private const int FlushBytes = 16 * 1024;

    private static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    /// <summary>True where the request would rather have CSV than JSON.</summary>
    public static bool IsWanted(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept;
        return QualityOf(ContentType) is > 0 and var csv && csv >= QualityOf("application/json");

        double QualityOf(string type) => accepted
            .Where(range => range.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
            .Select(range => range.Quality ?? 1)
            .DefaultIfEmpty()
            .Max();
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = ContentType + "; charset=utf-8";
        response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = fileName }.ToString();

        var text = new StringBuilder();
        Append(text, header);
        await foreach (var row in rows.WithCancellation(httpContext.RequestAborted))
        {
            Append(text, row);
            if (text.Length >= FlushBytes)
                await FlushAsync(text);
        }

        await FlushAsync(text);

        async Task FlushAsync(StringBuilder pending)
        {
            await response.WriteAsync(pending.ToString(), httpContext.RequestAborted);
            pending.Clear();
        }
    }

    /// <summary>A value as text that reads the same everywhere: numbers and times without a culture, times in UTC.</summary>
    public static string? Text(object? value) => value switch
    {
        null => null,
        DateTimeOffset at => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private static void Append(StringBuilder text, IReadOnlyList<string?> row)
    {
        for (var i = 0; i < row.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            AppendCell(text, row[i] ?? string.Empty);
        }

        text.Append("\r\n");
    }

    private static void AppendCell(StringBuilder text, string cell)
    {
        // A spreadsheet would run text that begins so as a formula; a number is none.
        if (cell is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] && !decimal.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            cell = "'" + cell;

        if (cell.AsSpan().ContainsAny(Special))
            text.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        else
            text.Append(cell);
    }
}
