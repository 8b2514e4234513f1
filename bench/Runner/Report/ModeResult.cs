using SaasLlm.Bench.Measure;

namespace SaasLlm.Bench.Report;

/// <summary>What a mode gave, server by server.</summary>
/// <param name="LeftOut">Rounds that the host disturbed; they were repeated, a bounded number of times.</param>
internal sealed record ModeResult(string Mode, string Title, IReadOnlyList<ModeRow> Rows, int LeftOut)
{
    /// <summary>The row whose figures the others are set in relation to.</summary>
    public string Reference { get; init; } = Subject.Bare;


    /// <summary>Null where every round of it was left out, or it was not measured.</summary>
    public Figures? Of(string subject) => Rows.FirstOrDefault(row => row.Subject == subject)?.Figures;
}

/// <param name="Figures">Medians over the rounds.</param>
internal sealed record ModeRow(string Subject, Figures Figures, int Rounds);
