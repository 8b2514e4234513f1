using System.Globalization;
using System.Text.RegularExpressions;

namespace SaasLlm.Infrastructure.Llm.Providers.Sandbox;

/// <summary>What a trial asks of the sandbox, in double brackets in the last user message; several may stand together.</summary>
/// <param name="ErrorStatus"><c>[[sandbox:error 500]]</c>, only for one upstream model with <c>[[sandbox:error 500 model=gpt-4]]</c>.</param>
/// <param name="RetryAfter"><c>[[sandbox:error 429 3s]]</c>.</param>
/// <param name="Delay"><c>[[sandbox:delay 800ms]]</c>: before the first byte.</param>
/// <param name="Pace"><c>[[sandbox:pace 50ms]]</c>: before each chunk of a stream.</param>
/// <param name="CutAfter"><c>[[sandbox:cut-after 3]]</c>: the connection breaks after so many chunks; a plain answer breaks at once.</param>
/// <param name="NoUsage"><c>[[sandbox:no-usage]]</c>.</param>
/// <param name="CallTool"><c>[[sandbox:tool]]</c>: answer with a call of the first tool.</param>
internal sealed partial record SandboxDirectives(
    int? ErrorStatus = null,
    TimeSpan? RetryAfter = null,
    TimeSpan Delay = default,
    TimeSpan Pace = default,
    int? CutAfter = null,
    bool NoUsage = false,
    bool CallTool = false)
{
    private const string Mark = "[[sandbox:";

    private static readonly SandboxDirectives None = new();
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    public static SandboxDirectives Parse(string text, string upstreamModel)
    {
        if (!text.Contains(Mark, StringComparison.Ordinal))
            return None;

        var found = None;
        foreach (var match in Directive().EnumerateMatches(text))
        {
            var words = text[(match.Index + Mark.Length)..(match.Index + match.Length - 2)].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length > 0)
                found = found.With(words, upstreamModel);
        }

        return found;
    }

    /// <summary>The text without its directives.</summary>
    public static string Strip(string text) =>
        text.Contains(Mark, StringComparison.Ordinal) ? Directive().Replace(text, string.Empty).Trim() : text;

    private SandboxDirectives With(string[] words, string upstreamModel) => words[0] switch
    {
        "error" => WithError(words, upstreamModel),
        "delay" when words.Length > 1 => this with { Delay = ParseDuration(words[1]) ?? Delay },
        "pace" when words.Length > 1 => this with { Pace = ParseDuration(words[1]) ?? Pace },
        "cut-after" when words.Length > 1 && int.TryParse(words[1], CultureInfo.InvariantCulture, out var chunks) => this with { CutAfter = Math.Max(0, chunks) },
        "no-usage" => this with { NoUsage = true },
        "tool" => this with { CallTool = true },
        _ => this,
    };

    private SandboxDirectives WithError(string[] words, string upstreamModel)
    {
        if (ErrorStatus is not null || words.Length < 2
            || !int.TryParse(words[1], CultureInfo.InvariantCulture, out var status) || status is < 300 or > 599)
        {
            return this;
        }

        TimeSpan? retryAfter = null;
        foreach (var word in words.AsSpan(2))
        {
            if (word.StartsWith("model=", StringComparison.Ordinal) && word["model=".Length..] != upstreamModel)
                return this;
            retryAfter ??= ParseDuration(word);
        }

        return this with { ErrorStatus = status, RetryAfter = retryAfter };
    }

    /// <summary><c>800ms</c>, <c>3s</c>, <c>1.5s</c>; null for anything else.</summary>
    private static TimeSpan? ParseDuration(string text)
    {
        var unit = text.EndsWith("ms", StringComparison.Ordinal) ? "ms" : text.EndsWith('s') ? "s" : null;
        if (unit is null || !double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
            return null;

        var duration = TimeSpan.FromMilliseconds(Math.Min(unit == "ms" ? value : value * 1000, LongestDelay.TotalMilliseconds));
        return duration;
    }

    [GeneratedRegex(@"\[\[sandbox:[^\[\]]{1,100}\]\]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Directive();
}
