namespace SaasLlm.Infrastructure.Llm.Providers.Anthropic;

/// <summary>What a Claude model takes, by the version in its name: parameters have come and gone, and a wrong one is a 400.</summary>
/// <param name="Major">The version's first number.</param>
/// <param name="Minor">The second; 0 where the name has none.</param>
internal readonly record struct AnthropicModel(int Major, int Minor)
{
    /// <summary>A name without a version is taken for the newest: what is new stays, what is old goes.</summary>
    private static readonly AnthropicModel Newest = new(int.MaxValue, 0);

    /// <summary>Thinks at all: from 3.7.</summary>
    public bool Thinks => IsFrom(3, 7);

    /// <summary>Decides itself how much to think (<c>adaptive</c>, guided by <c>effort</c>), instead of by a budget: from 4.6.</summary>
    public bool ThinksAdaptively => IsFrom(4, 6);

    /// <summary>Knows the effort between <c>high</c> and <c>max</c>: from 4.7.</summary>
    public bool KnowsExtraHighEffort => IsFrom(4, 7);

    /// <summary>Holds its answer to a schema (<c>output_config.format</c>) and its tools (<c>strict</c>): from 4.5.</summary>
    public bool FollowsSchemas => IsFrom(4, 5);

    /// <summary>Takes <c>temperature</c>, <c>top_p</c> and <c>top_k</c>: up to 4.6.</summary>
    public bool TakesSampling => !IsFrom(4, 7);

    /// <summary>Takes <c>temperature</c> and <c>top_p</c> together: up to 4.0.</summary>
    public bool TakesBothSamplings => !IsFrom(4, 1);

    /// <summary>
    /// Reads <c>claude-opus-4-5-20251101</c>, <c>claude-sonnet-4-20250514</c>, <c>claude-3-7-sonnet-latest</c>,
    /// <c>anthropic.claude-opus-4-6-v1</c>: the first number of at most two digits, and the one right after it.
    /// </summary>
    public static AnthropicModel Of(string upstreamModel)
    {
        var rest = upstreamModel.AsSpan();
        while (rest.Length > 0)
        {
            var part = NextPart(ref rest);
            if (!TryRead(part, out var major))
                continue;

            return new AnthropicModel(major, TryRead(NextPart(ref rest), out var minor) ? minor : 0);
        }

        return Newest;
    }

    private bool IsFrom(int major, int minor) => Major > major || (Major == major && Minor >= minor);

    private static ReadOnlySpan<char> NextPart(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny('-', '.', '@');
        var part = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        return part;
    }

    private static bool TryRead(ReadOnlySpan<char> part, out int number)
    {
        number = 0;
        return part.Length is 1 or 2 && int.TryParse(part, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number);
    }
}
