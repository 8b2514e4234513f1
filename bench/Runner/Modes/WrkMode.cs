using SaasLlm.Bench.Driving;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Report;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Modes;

/// <summary>A fixed number of connections that ask as fast as they are answered.</summary>
internal sealed class WrkMode(string name, string title, Route route, int connections) : IMode
{
    public string Name => name;

    public async Task<IReadOnlyList<ModeResult>> RunAsync(Rig rig, Options options, Rounds rounds, CancellationToken cancellationToken)
    {
        Subject[] subjects = [rig.Nginx, rig.Bare, rig.Service];
        var calls = new Dictionary<Subject, Calls>();
        foreach (var subject in subjects)
        {
            calls[subject] = await Calls.WriteAsync(subject, route, rig.Tenant, rig.Jobs, rig.Folder, cancellationToken);
            await rig.WarmUp.RunAsync(calls[subject], route, connections, cancellationToken);
        }

        return [await rounds.RunAsync(name, title, subjects, (subject, _) => Wrk.RunAsync(calls[subject], connections, options.Seconds, cancellationToken), cancellationToken)];
    }
}
