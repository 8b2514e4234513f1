using System.Globalization;
using System.Text;

namespace SaasLlm.Api.Operations.Prometheus;

/// <summary>Names, labels and numbers as Prometheus' text form, version 0.0.4, wants them.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4";

    /// <summary>The name of a metric: OpenTelemetry's with its unit behind it, and <c>_total</c> behind a counter.</summary>
    public static string NameOf(string instrument, string? unit, bool isCounter)
    {
        var name = Sanitized(instrument, allowColon: true);
        var suffix = unit switch
        {
            null or "" or "1" => null,
            "s" => "seconds",
            "ms" => "milliseconds",
            "By" => "bytes",
            _ => unit.StartsWith('{') ? null : Sanitized(unit, allowColon: false),
        };
        if (suffix is not null && !name.EndsWith("_" + suffix, StringComparison.Ordinal))
            name = $"{name}_{suffix}";
        return isCounter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    /// <summary>Labels in the order of their names, without the braces.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<(string Name, string Value)>(tags.Length);
        foreach (var (name, value) in tags)
            labels.Add((Sanitized(name, allowColon: false), Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty));
        labels.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));

        var text = new StringBuilder();
        foreach (var (name, value) in labels)
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"").Append(Escaped(value).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        return text.ToString();
    }

    /// <summary>The text of a <c># HELP</c> line.</summary>
    public static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    public static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private static string Sanitized(string name, bool allowColon)
    {
        var text = new StringBuilder(name.Length + 1);
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            text.Append('_');
        foreach (var c in name)
            text.Append(char.IsAsciiLetterOrDigit(c) || (c == ':' && allowColon) ? c : '_');
        return text.ToString();
    }
}
