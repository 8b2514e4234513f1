using SaasLlm.Bench.Report;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Measure;

/// <summary>Measures servers in turn, A B C A B C, so that what changes on the machine over time meets all of them alike.</summary>
internal sealed class Rounds(Options options, PostgresServer postgres)
{
    /// <summary>A round in which the host took more of the machine than this says nothing about the server.</summary>
    private const double MostSteal = 0.05;
    private const int MostRepeats = 2;

    /// <param name="drive">Puts the load of one round on a server.</param>
    public async Task<ModeResult> RunAsync(
        string mode, string title, IReadOnlyList<Subject> subjects, Func<Subject, int, Task<Load>> drive, CancellationToken cancellationToken)
    {
        Output.Line($"\n{mode}: {title}");
        var measured = subjects.ToDictionary(subject => subject, _ => new List<Figures>());
        var leftOut = 0;
        for (var round = 1; round <= options.Rounds; round++)
        {
            foreach (var subject in subjects)
            {
                for (var attempt = 0; attempt <= MostRepeats; attempt++)
                {
                    var figures = await MeasureAsync(subject, () => drive(subject, round), cancellationToken);
                    var quiet = figures.Steal <= MostSteal;
                    Output.Round(round, subject, figures, quiet);
                    if (quiet)
                    {
                        measured[subject].Add(figures);
                        break;
                    }

                    leftOut++;
                }
            }
        }

        return new ModeResult(mode, title, [.. measured.Where(pair => pair.Value.Count > 0).Select(pair => new ModeRow(pair.Key.Name, Figures.MedianOf(pair.Value), pair.Value.Count))], leftOut);
    }

    private async Task<Figures> MeasureAsync(Subject subject, Func<Task<Load>> drive, CancellationToken cancellationToken)
    {
        // What a round leaves to be added up is not the next one's.
        if (!options.Quick)
            await postgres.WaitUntilFoldedAsync(cancellationToken);
        var meter = await Meter.BeginAsync(subject, postgres.ProcessId, cancellationToken);
        return await meter.EndAsync(await drive(), cancellationToken);
    }
}
