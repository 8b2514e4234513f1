using System.Collections.Concurrent;

namespace SaasLlm.Cluster.Tests;

/// <summary>What callers were told: the database must say the same, whatever happened meanwhile.</summary>
internal sealed class Answered
{
    private readonly ConcurrentDictionary<Outcome, int> _outcomes = new();
    private readonly ConcurrentQueue<string> _surprises = new();

    /// <summary>Jobs that were created, and whose they are.</summary>
    public ConcurrentDictionary<Guid, string> Jobs { get; } = new();

    /// <summary>Calls that were answered whole, and their jobs.</summary>
    public ConcurrentDictionary<Guid, Guid> Calls { get; } = new();

    /// <summary>Jobs that ended, and how.</summary>
    public ConcurrentDictionary<Guid, SaidEnd> Ends { get; } = new();

    /// <summary>Credits that were added, by the reason given for each.</summary>
    public ConcurrentDictionary<string, SaidCredits> TopUps { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers that the contract does not have, and answers that contradict earlier ones.</summary>
    public IReadOnlyCollection<string> Surprises => _surprises;

    public int Count(Outcome outcome) => _outcomes.GetValueOrDefault(outcome);

    public void Note(string what, Reply reply)
    {
        _outcomes.AddOrUpdate(reply.Outcome, 1, static (_, count) => count + 1);
        if (reply.Outcome == Outcome.Surprise)
            NoteSurprise($"{what}: {reply}");
    }

    public void NoteSurprise(string surprise) => _surprises.Enqueue(surprise);

    /// <summary>Fails where anything else came than what the test expects.</summary>
    public void AssertOnly(params Outcome[] expected)
    {
        Assert.That(Surprises, Is.Empty, "answers that the contract does not have");
        Assert.That(_outcomes.Keys, Is.SubsetOf(expected.Append(Outcome.Good)), ToString());
    }

    public override string ToString() =>
        $"{Jobs.Count} jobs, {Calls.Count} calls, {Ends.Count} ends, {TopUps.Count} top-ups answered; replies: "
        + string.Join(", ", _outcomes.OrderBy(outcome => outcome.Key).Select(outcome => $"{outcome.Value} × {NameOf(outcome.Key)}"));

    private static string NameOf(Outcome outcome) => outcome switch
    {
        Outcome.Good => "200",
        Outcome.NoCredits => "403 insufficient credits",
        Outcome.Suspended => "403 suspended",
        Outcome.Limited => "429",
        Outcome.Unavailable => "503",
        Outcome.NodeLost => "no answer of a node",
        Outcome.BrokenStream => "broken stream",
        _ => "surprise",
    };
}

internal sealed record SaidEnd(string Status, decimal CreditsCharged);

internal sealed record SaidCredits(string TeamId, decimal Credits);
