namespace SaasLlm.Application.Import;

/// <summary>A configuration file as a tree, whatever it was written in.</summary>
public abstract record ConfigNode
{
    /// <summary>Nodes in it, itself included, as often as they are referred to.</summary>
    public abstract int Size { get; }

    /// <summary>Levels below it, its own included.</summary>
    public abstract int Depth { get; }
}

/// <param name="Text">Null: nothing, as the file says it (<c>~</c>, <c>null</c>).</param>
public sealed record ConfigScalar(string? Text) : ConfigNode
{
    public override int Size => 1;

    public override int Depth => 1;
}

public sealed record ConfigList(IReadOnlyList<ConfigNode> Items) : ConfigNode
{
    public override int Size { get; } = 1 + Items.Sum(item => item.Size);

    public override int Depth { get; } = 1 + Items.Select(item => item.Depth).DefaultIfEmpty().Max();
}

/// <param name="Entries">In the order of the file; each key once.</param>
public sealed record ConfigMap(IReadOnlyList<KeyValuePair<string, ConfigNode>> Entries) : ConfigNode
{
    public override int Size { get; } = 1 + Entries.Sum(entry => entry.Value.Size);

    public override int Depth { get; } = 1 + Entries.Select(entry => entry.Value.Depth).DefaultIfEmpty().Max();

    /// <summary>Null where there is no such key, or nothing under it.</summary>
    public ConfigNode? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (entry.Key == key)
                return entry.Value is ConfigScalar { Text: null } ? null : entry.Value;
        }

        return null;
    }
}
