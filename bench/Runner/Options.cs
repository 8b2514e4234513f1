namespace SaasLlm.Bench;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    /// <summary>A smoke of the same code, under a minute; its figures mean nothing.</summary>
    public bool Quick { get; init; }

    /// <summary>The only mode to run; null: all of them.</summary>
    public string? Only { get; init; }

    /// <summary>Rounds of each mode, 1 to 99; medians are taken over them. Default: 3, quick 1.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>Length of one round on one server, 1 to 600 s. Default: 8, quick 1.</summary>
    public int Seconds { get; init; } = 8;

    /// <summary>Requests that each .NET process has served before it is measured. Default: 100,000, quick 1, which is one short run.</summary>
    public int WarmUp { get; init; } = 100_000;

    /// <summary>Length of the soak in minutes; null: no soak but the benchmarks.</summary>
    public int? SoakMinutes { get; init; }

    public static Options Parse(IEnumerable<string> args)
    {
        var given = args.Select(argument => argument.TrimStart('-').Split('=', 2)).ToDictionary(pair => pair[0], pair => pair.ElementAtOrDefault(1));
        var unknown = given.Keys.Except(["quick", "only", "rounds", "seconds", "warm-up", "soak", "minutes"]).ToArray();
        if (unknown.Length > 0)
            throw new InvalidOperationException($"Unknown: --{string.Join(", --", unknown)}. Known: --quick --only=MODE --rounds=N --seconds=N --warm-up=N --soak --minutes=N.");

        var quick = given.ContainsKey("quick");
        return new Options
        {
            Quick = quick,
            Only = given.GetValueOrDefault("only"),
            Rounds = Number("rounds", quick ? 1 : 3, 99),
            Seconds = Number("seconds", quick ? 1 : 8, 600),
            WarmUp = Number("warm-up", quick ? 1 : 100_000, 10_000_000),
            SoakMinutes = given.ContainsKey("soak") ? Number("minutes", quick ? 1 : 10, 1440) : null,
        };

        int Number(string name, int otherwise, int most)
        {
            if (!given.TryGetValue(name, out var text))
                return otherwise;
            return int.TryParse(text, out var number) && number >= 1 && number <= most
                ? number
                : throw new InvalidOperationException($"--{name} must be 1 to {most}.");
        }
    }
}
