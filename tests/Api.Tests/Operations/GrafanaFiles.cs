using System.Text.Json;
using System.Text.RegularExpressions;
using SaasLlm.Api.Tests.Operations.Prometheus;

namespace SaasLlm.Api.Tests.Operations;

/// <summary>The queries of the dashboard and of the alert rules, and what they name.</summary>
internal static partial class GrafanaFiles
{
    private static readonly string[] Words = ["by", "without", "on", "ignoring", "group_left", "group_right", "and", "or", "unless", "bool", "offset"];

    /// <summary>What Prometheus itself adds to each target.</summary>
    private static readonly string[] Given = ["up", "job", "instance", "le"];

    public static string PathOf(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SaasLlm.sln")))
                return Path.Combine(folder.FullName, "docs", "grafana", file);
        }

        throw new DirectoryNotFoundException($"No SaasLlm.sln above {AppContext.BaseDirectory}.");
    }

    /// <summary>The queries of panels (<c>expr</c>) and of variables (<c>definition</c>), wherever in the dashboard they stand.</summary>
    public static IEnumerable<string> ExpressionsOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member is { Name: "expr" or "definition", Value.ValueKind: JsonValueKind.String } ? [member.Value.GetString()!] : ExpressionsOf(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(ExpressionsOf),
        _ => [],
    };

    /// <summary>Every <c>expr:</c> of the rules, each on one line.</summary>
    public static IEnumerable<string> ExpressionsOfRules(string yaml) => RuleExpression().Matches(yaml).Select(match => match.Groups["expr"].Value);

    /// <summary>Names in the query that are neither metrics of the service nor labels of them.</summary>
    public static IEnumerable<string> Unknown(string query, Exposition read)
    {
        var metrics = read.Families.Values
            .SelectMany(family => family.Type == "histogram" ? new[] { family.Name + "_bucket", family.Name + "_sum", family.Name + "_count" } : [family.Name]);
        var labels = read.Families.Values.SelectMany(family => family.Samples).SelectMany(sample => sample.Labels.Keys);
        var known = metrics.Concat(labels).Concat(Given).Concat(Words).ToHashSet(StringComparer.Ordinal);

        // Texts, times and functions name nothing.
        return Name().Matches(TextOrTime().Replace(query, " ")).Select(match => match.Value).Where(name => !known.Contains(name));
    }

    [GeneratedRegex("^\\s*expr: (?<expr>.+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RuleExpression();

    [GeneratedRegex("\"[^\"]*\"|\\[[^\\]]*\\]|\\b(?!by\\b|on\\b|without\\b)[a-z_]+(?=\\s*\\()|\\b[a-z_]+(?=\\s+by\\s*\\()|\\b[0-9][0-9a-z.]*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TextOrTime();

    [GeneratedRegex("[a-zA-Z_:][a-zA-Z0-9_:]*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
