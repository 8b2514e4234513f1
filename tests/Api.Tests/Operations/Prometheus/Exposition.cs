using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Operations.Prometheus;

/// <summary>Prometheus' text form, version 0.0.4, read strictly: what a lenient reader would forgive fails the test.</summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, Family> _families = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Family> Families => _families;

    /// <summary>What the service's <c>/metrics</c> shows its operator now.</summary>
    public static async Task<Exposition> ReadAsync(ServiceUnderTest service) =>
        Parse(await service.Operator.GetStringAsync(new Uri("/metrics", UriKind.Relative)));

    /// <exception cref="FormatException">The text breaks a rule of the form.</exception>
    public static Exposition Parse(string text)
    {
        if (!text.EndsWith('\n') || text.Contains('\r', StringComparison.Ordinal))
            throw new FormatException("Each line ends with one line feed.");

        var exposition = new Exposition();
        Family? current = null;
        foreach (var line in text[..^1].Split('\n'))
            current = exposition.Read(line, current);
        foreach (var family in exposition._families.Values)
            family.Check();
        return exposition;
    }

    /// <summary>The sum of all samples of this name that have these labels.</summary>
    public double Sum(string sample, params (string Name, string Value)[] labels) => Samples(sample, labels).Sum(found => found.Value);

    public Sample[] Samples(string sample, params (string Name, string Value)[] labels) =>
    [
        .. _families.Values.SelectMany(family => family.Samples)
            .Where(candidate => candidate.Name == sample && Array.TrueForAll(labels, label => candidate.Labels.GetValueOrDefault(label.Name) == label.Value)),
    ];

    private Family Read(string line, Family? current)
    {
        if (HelpLine().Match(line) is { Success: true } help)
        {
            var family = new Family(help.Groups["name"].Value);
            return _families.TryAdd(family.Name, family) ? family : throw new FormatException($"{family.Name} comes twice.");
        }

        if (current is null)
            throw new FormatException($"A sample before its family: {line}");

        if (TypeLine().Match(line) is { Success: true } type)
        {
            if (type.Groups["name"].Value != current.Name || current.Type is not null)
                throw new FormatException($"Out of place: {line}");
            current.Type = type.Groups["type"].Value;
            return current;
        }

        current.Add(ReadSample(line));
        return current;
    }

    private static Sample ReadSample(string line)
    {
        var name = MetricName().Match(line).Value;
        var at = name.Length;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        if (name.Length > 0 && line[at] == '{')
        {
            do
                at = ReadLabel(line, at + 1, labels);
            while (line[at] == ',');
            if (line[at++] != '}')
                throw new FormatException($"Labels do not end: {line}");
        }

        if (name.Length == 0 || line[at] != ' ')
            throw new FormatException($"No sample: {line}");

        var number = line[(at + 1)..] switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            var digits => double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture),
        };
        return new Sample(name, labels, number);
    }

    private static int ReadLabel(string line, int at, Dictionary<string, string> labels)
    {
        var label = LabelName().Match(line, at);
        if (!label.Success)
            throw new FormatException($"No label at {at}: {line}");

        var value = new StringBuilder();
        for (at += label.Length; line[at] != '"'; at++)
        {
            value.Append(line[at] != '\\' ? line[at] : line[++at] switch
            {
                'n' => '\n',
                '"' => '"',
                '\\' => '\\',
                _ => throw new FormatException($"No such escape at {at}: {line}"),
            });
        }

        return labels.TryAdd(label.Groups["name"].Value, value.ToString()) ? at + 1 : throw new FormatException($"A label twice: {line}");
    }

    [GeneratedRegex("^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) [^\n]*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HelpLine();

    [GeneratedRegex("^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TypeLine();

    [GeneratedRegex("^[a-zA-Z_:][a-zA-Z0-9_:]*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MetricName();

    [GeneratedRegex("\\G(?<name>[a-zA-Z_][a-zA-Z0-9_]*)=\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LabelName();

    internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
    {
        /// <summary>Its labels but for the bound of a bucket.</summary>
        public string Set => string.Join(',', Labels.Where(label => label.Key != "le").Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal));
    }

    internal sealed class Family(string name)
    {
        private readonly List<Sample> _samples = [];
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

        public string Name => name;

        public string? Type { get; set; }

        public IReadOnlyList<Sample> Samples => _samples;

        public void Add(Sample sample)
        {
            var names = Type == "histogram" ? new[] { name + "_bucket", name + "_sum", name + "_count" } : [name];
            if (Type is null || !names.Contains(sample.Name, StringComparer.Ordinal))
                throw new FormatException($"{sample.Name} stands under {name}.");
            if (!_seen.Add($"{sample.Name}|{sample.Set}|{sample.Labels.GetValueOrDefault("le")}"))
                throw new FormatException($"{sample.Name} {sample.Set} comes twice.");
            _samples.Add(sample);
        }

        public void Check()
        {
            if (Type == "counter" && (!name.EndsWith("_total", StringComparison.Ordinal) || _samples.Exists(sample => sample.Value < 0)))
                throw new FormatException($"{name} is no counter.");
            if (Type != "histogram")
                return;

            foreach (var set in _samples.GroupBy(sample => sample.Set, StringComparer.Ordinal))
            {
                var buckets = set.Where(sample => sample.Name == name + "_bucket").ToArray();
                var bounds = buckets.Select(bucket => bucket.Labels["le"] == "+Inf" ? double.PositiveInfinity : double.Parse(bucket.Labels["le"], CultureInfo.InvariantCulture)).ToArray();
                if (!bounds.SequenceEqual(bounds.Distinct().Order()) || !double.IsPositiveInfinity(bounds[^1]))
                    throw new FormatException($"The buckets of {name} are out of order.");
                if (!buckets.Select(bucket => bucket.Value).SequenceEqual(buckets.Select(bucket => bucket.Value).Order()))
                    throw new FormatException($"The buckets of {name} are not cumulative.");
                if (set.Single(sample => sample.Name == name + "_count").Value != buckets[^1].Value || set.Count(sample => sample.Name == name + "_sum") != 1)
                    throw new FormatException($"{name} lacks its count or its sum.");
            }
        }
    }
}
