using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Report;

namespace SaasLlm.Bench.Modes;

/// <summary>One way in which the servers are used.</summary>
internal interface IMode
{
    /// <summary>What <c>--only</c> calls it.</summary>
    string Name { get; }

    /// <summary>True: not part of a run of everything, and with a section of its own on record.</summary>
    bool OnlyOnRequest => false;

    Task<IReadOnlyList<ModeResult>> RunAsync(Rig rig, Options options, Rounds rounds, CancellationToken cancellationToken);
}
