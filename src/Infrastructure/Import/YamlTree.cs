using SaasLlm.Application.Import;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace SaasLlm.Infrastructure.Import;

/// <summary>
/// One YAML document as a tree. An alias stands for the very node that it refers to, and counts as often as it is used: a file
/// that would grow without bound is refused while it is read.
/// </summary>
internal sealed class YamlTree(string text)
{
    private const int MaxDepth = 32;
    private const int MaxNodes = 50_000;
    private const string MergeKey = "<<";
    private const string CoreTags = "tag:yaml.org,2002:";

    private static readonly string[] CoreTypes = ["str", "int", "float", "bool", "null", "map", "seq", "timestamp", "merge"];

    private readonly Parser _parser = new(new StringReader(text));
    private readonly Dictionary<string, ConfigNode> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    /// <exception cref="YamlTreeException">It breaks a rule of ours.</exception>
    /// <exception cref="YamlException">It is not YAML.</exception>
    public ConfigNode Read()
    {
        Take<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
            return new ConfigScalar(null);

        Take<DocumentStart>();
        var root = ReadNode(1);
        Take<DocumentEnd>();
        if (!_parser.Accept<StreamEnd>(out _))
            throw Refused("Only one document may stand in the file");
        return root;
    }

    private ConfigNode ReadNode(int depth)
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            // An anchor is known once its node has ended, so none can hold itself.
            var target = _anchors.GetValueOrDefault(alias.Value.Value) ?? throw Refused("An alias refers to nothing that stands before it", alias);
            Count(target.Size, alias);
            return depth + target.Depth - 1 <= MaxDepth ? target : throw TooDeep(alias);
        }

        if (!_parser.Accept<NodeEvent>(out var start))
            throw Refused("A value is missing");
        if (depth > MaxDepth)
            throw TooDeep(start);
        if (!start.Tag.IsEmpty && !start.Tag.IsNonSpecific
            && !(start.Tag.Value.StartsWith(CoreTags, StringComparison.Ordinal) && CoreTypes.Contains(start.Tag.Value[CoreTags.Length..], StringComparer.Ordinal)))
            throw Refused("Tags of its own are not allowed", start);

        Count(1, start);
        ConfigNode node = start switch
        {
            Scalar => ReadScalar(),
            SequenceStart => ReadList(depth),
            MappingStart => ReadMap(depth),
            _ => throw Refused("A value is missing", start),
        };
        if (!start.Anchor.IsEmpty)
            _anchors[start.Anchor.Value] = node;
        return node;
    }

    private ConfigScalar ReadScalar()
    {
        var scalar = Take<Scalar>();
        var isNothing = scalar is { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or "Null" or "NULL" };
        return new ConfigScalar(isNothing ? null : scalar.Value);
    }

    private ConfigList ReadList(int depth)
    {
        Take<SequenceStart>();
        var items = new List<ConfigNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(ReadNode(depth + 1));
        return new ConfigList(items);
    }

    private ConfigMap ReadMap(int depth)
    {
        Take<MappingStart>();
        var entries = new List<KeyValuePair<string, ConfigNode>>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        var merged = new List<ConfigNode>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var key))
                throw Refused("Only text may be a key");

            var value = ReadNode(depth + 1);
            if (key.Value == MergeKey && key.Style == ScalarStyle.Plain)
                merged.Add(value);
            else if (known.Add(key.Value))
                entries.Add(new(key.Value, value));
            else
                throw Refused("A key stands twice in one map", key);
        }

        foreach (var map in merged.SelectMany(MapsOf))
        {
            foreach (var entry in map.Entries)
            {
                if (known.Add(entry.Key))
                    entries.Add(entry);
            }
        }

        return new ConfigMap(entries);
    }

    private IEnumerable<ConfigMap> MapsOf(ConfigNode merged) => merged switch
    {
        ConfigMap map => [map],
        ConfigList list when list.Items.All(item => item is ConfigMap) => list.Items.Cast<ConfigMap>(),
        _ => throw Refused("Only maps can be merged"),
    };

    private T Take<T>()
        where T : ParsingEvent =>
        _parser.TryConsume<T>(out var taken) ? taken : throw Refused("The file ends too early");

    private void Count(int nodes, ParsingEvent at)
    {
        _nodes += nodes;
        if (_nodes > MaxNodes)
            throw Refused($"The file holds more than {MaxNodes} values, aliases followed", at);
    }

    private YamlTreeException TooDeep(ParsingEvent at) => Refused($"The file is nested more than {MaxDepth} deep", at);

    private YamlTreeException Refused(string reason, ParsingEvent? at = null)
    {
        var mark = (at ?? _parser.Current)?.Start ?? Mark.Empty;
        return new YamlTreeException(reason, mark.Line, mark.Column);
    }
}

/// <summary>A file that is YAML and breaks a rule of ours.</summary>
internal sealed class YamlTreeException(string reason, long line, long column) : Exception(reason)
{
    public long Line { get; } = line;

    public long Column { get; } = column;
}
