namespace SaasLlm.Bench.Measure;

/// <summary>What a load generator saw in one round.</summary>
internal sealed record Load
{
    /// <summary>Requests answered; for whole jobs, jobs.</summary>
    public required long Requests { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Answers that are no success, broken connections and time-outs.</summary>
    public required long Errors { get; init; }

    /// <summary>Time of a whole answer, in ms.</summary>
    public double? P50Ms { get; init; }

    public double? P99Ms { get; init; }

    /// <summary>Time from the request to the first event, in ms.</summary>
    public double? FirstEventP50Ms { get; init; }

    /// <summary>Time of the first call that a process ever served, in ms.</summary>
    public double? FirstCallMs { get; init; }

    /// <summary>Time of an event from the upstream to the client, in ms.</summary>
    public double? EventP50Ms { get; init; }

    public double? EventP99Ms { get; init; }

    /// <summary>Events that came when the one after them had already been sent.</summary>
    public double? LateEvents { get; init; }
}

/// <summary>One round on one server, or the medians of several.</summary>
internal sealed record Figures
{
    public required double RequestsPerSecond { get; init; }

    public required double? P50Ms { get; init; }

    public required double? P99Ms { get; init; }

    public required double? FirstEventP50Ms { get; init; }

    public required double? FirstCallMs { get; init; }

    public required double? EventP50Ms { get; init; }

    public required double? EventP99Ms { get; init; }

    /// <summary>Events that came when the one after them had already been sent.</summary>
    public required double? LateEvents { get; init; }

    /// <summary>CPU time of the server's own process, in µs a request; null: it has no process that could be compared.</summary>
    public required double? CpuMicros { get; init; }

    /// <summary>CPU time of all of PostgreSQL's processes, in µs a request; null: the server has no database.</summary>
    public required double? PostgresCpuMicros { get; init; }

    /// <summary>Bytes allocated a request; null: not a .NET process.</summary>
    public required double? AllocatedBytes { get; init; }

    /// <summary>Largest resident memory of the server's own process, in MB.</summary>
    public required double? PeakMb { get; init; }

    public required double Errors { get; init; }

    /// <summary>Share of the machine's time that its host gave to others.</summary>
    public required double Steal { get; init; }

    /// <summary>Share of the machine's time that programs took which do not belong to this run.</summary>
    public required double Foreign { get; init; }

    public double? AllCpuMicros => CpuMicros + (PostgresCpuMicros ?? 0);

    /// <summary>The median of each figure by itself, except errors, which add up, and peaks, whose largest counts.</summary>
    public static Figures MedianOf(IReadOnlyCollection<Figures> rounds) => new()
    {
        RequestsPerSecond = Median(rounds, round => round.RequestsPerSecond)!.Value,
        P50Ms = Median(rounds, round => round.P50Ms),
        P99Ms = Median(rounds, round => round.P99Ms),
        FirstEventP50Ms = Median(rounds, round => round.FirstEventP50Ms),
        FirstCallMs = Median(rounds, round => round.FirstCallMs),
        EventP50Ms = Median(rounds, round => round.EventP50Ms),
        EventP99Ms = Median(rounds, round => round.EventP99Ms),
        LateEvents = Median(rounds, round => round.LateEvents),
        CpuMicros = Median(rounds, round => round.CpuMicros),
        PostgresCpuMicros = Median(rounds, round => round.PostgresCpuMicros),
        AllocatedBytes = Median(rounds, round => round.AllocatedBytes),
        PeakMb = rounds.Max(round => round.PeakMb),
        Errors = rounds.Sum(round => round.Errors),
        Steal = rounds.Max(round => round.Steal),
        Foreign = rounds.Max(round => round.Foreign),
    };

    public static double? Median(IEnumerable<double?> values)
    {
        var sorted = values.OfType<double>().Order().ToArray();
        return sorted.Length == 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static double? Median(IEnumerable<Figures> rounds, Func<Figures, double?> figure) => Median(rounds.Select(figure));
}
