using System.Collections.Concurrent;
using System.Text;

namespace SaasLlm.Api.Operations.Prometheus;

/// <summary>Everything that was measured under one name, by labels. Known labels are found without a lock and without an allocation.</summary>
/// <param name="name">As Prometheus writes it.</param>
/// <param name="help">One sentence.</param>
/// <param name="type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
/// <param name="isObserved">It is not told of, but looked at whenever somebody reads.</param>
/// <param name="create">Makes the series of labels.</param>
internal sealed class MetricFamily(string name, string help, string type, bool isObserved, Func<string, Series> create)
{
    /// <summary>Sets of labels that are told apart; whatever comes later is counted together, under labels that all say <c>other</c>.</summary>
    public const int MaxLabelSets = 500;

    private const string Other = "other";

    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Series> _byTags = new(TagComparer.Instance);

    /// <summary>The same labels may come in another order, or as other types.</summary>
    private readonly Dictionary<string, Series> _byText = new(StringComparer.Ordinal);
    private readonly Lock _adding = new();
    private volatile Series? _other;

    public string Name => name;

    public string Type => type;

    public bool IsObserved => isObserved;

    public void Record(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Find(tags).Add(value);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Find(tags).Add(value);

    /// <summary>Forgets all: what is looked at is looked at anew each time.</summary>
    public void Clear()
    {
        lock (_adding)
        {
            _byTags.Clear();
            _byText.Clear();
            _other = null;
        }
    }

    public void Write(StringBuilder text)
    {
        lock (_adding)
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(PrometheusText.Escaped(help)).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
            foreach (var series in _byText.Values)
                series.Write(name, text);
        }
    }

    private Series Find(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _byTags.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>().TryGetValue(tags, out var series) ? series : _other ?? Add(tags);

    private Series Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_adding)
        {
            if (_other is not null)
                return _other;
            if (_byTags.Count >= MaxLabelSets)
                return _other = Make(Others(tags));

            var series = Make(tags);
            _byTags.TryAdd(tags.ToArray(), series);
            return series;
        }
    }

    private Series Make(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusText.Labels(tags);
        if (!_byText.TryGetValue(labels, out var series))
            _byText.Add(labels, series = create(labels));
        return series;
    }

    private static KeyValuePair<string, object?>[] Others(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var others = tags.ToArray();
        for (var i = 0; i < others.Length; i++)
            others[i] = new KeyValuePair<string, object?>(others[i].Key, Other);
        return others;
    }
}

/// <summary>Compares labels by what they say, and finds them without an array.</summary>
internal sealed class TagComparer
    : IEqualityComparer<KeyValuePair<string, object?>[]>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, KeyValuePair<string, object?>[]>
{
    public static TagComparer Instance { get; } = new();

    public bool Equals(KeyValuePair<string, object?>[]? x, KeyValuePair<string, object?>[]? y) => x is not null && y is not null && Equals(x.AsSpan(), y);

    public int GetHashCode(KeyValuePair<string, object?>[] obj) => GetHashCode(obj.AsSpan());

    public KeyValuePair<string, object?>[] Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => alternate.ToArray();

    public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, KeyValuePair<string, object?>[] other)
    {
        if (alternate.Length != other.Length)
            return false;

        for (var i = 0; i < other.Length; i++)
        {
            if (!string.Equals(alternate[i].Key, other[i].Key, StringComparison.Ordinal) || !Equals(alternate[i].Value, other[i].Value))
                return false;
        }

        return true;
    }

    public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
    {
        var hash = default(HashCode);
        foreach (ref readonly var tag in alternate)
            hash.Add(tag.Value);
        return hash.ToHashCode();
    }
}
