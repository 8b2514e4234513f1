namespace SaasLlm.Bench.Measure;

/// <summary>Reads what a round cost: once before it and once after it.</summary>
internal sealed class Meter
{
    private readonly Subject _subject;
    private readonly int _postgresId;
    private readonly Reading _before;

    private Meter(Subject subject, int postgresId, Reading before)
    {
        _subject = subject;
        _postgresId = postgresId;
        _before = before;
    }

    public static async Task<Meter> BeginAsync(Subject subject, int postgresId, CancellationToken cancellationToken)
    {
        if (subject.ProcessId is { } id)
            ProcFs.ForgetPeak(id);
        return new Meter(subject, postgresId, await ReadAsync(subject, postgresId, cancellationToken));
    }

    public async Task<Figures> EndAsync(Load load, CancellationToken cancellationToken)
    {
        var after = await ReadAsync(_subject, _postgresId, cancellationToken);
        var machine = after.Machine - _before.Machine;
        var requests = Math.Max(1, load.Requests);
        return new Figures
        {
            RequestsPerSecond = load.Requests / load.Seconds,
            P50Ms = load.P50Ms,
            P99Ms = load.P99Ms,
            FirstEventP50Ms = load.FirstEventP50Ms,
            FirstCallMs = load.FirstCallMs,
            EventP50Ms = load.EventP50Ms,
            EventP99Ms = load.EventP99Ms,
            LateEvents = load.LateEvents,
            CpuMicros = (after.Cpu - _before.Cpu) / requests,
            PostgresCpuMicros = _subject.IsService ? (after.PostgresCpu - _before.PostgresCpu) / requests : null,
            AllocatedBytes = (after.Allocated - _before.Allocated) / (double?)requests,
            PeakMb = _subject.ProcessId is { } id ? ProcFs.PeakMb(id) : null,
            Errors = load.Errors,
            Steal = machine.Stolen / machine.All,
            Foreign = Math.Max(0, machine.Used - (after.OwnCpu - _before.OwnCpu)) / machine.All,
        };
    }

    private static async Task<Reading> ReadAsync(Subject subject, int postgresId, CancellationToken cancellationToken)
    {
        var allocated = subject.Allocations is null ? (long?)null : await subject.Allocations.ReadAsync(cancellationToken);
        var postgres = ProcFs.CpuMicrosOfFamily(postgresId);
        return new Reading(subject.ProcessId is { } id ? ProcFs.CpuMicros(id) : null, postgres, allocated, ProcFs.CpuMicrosOfFamily(Environment.ProcessId) + postgres, ProcFs.Machine());
    }

    /// <param name="OwnCpu">Of this run: the runner, all servers and the load generators.</param>
    private sealed record Reading(double? Cpu, double PostgresCpu, long? Allocated, double OwnCpu, MachineTime Machine);
}
