using System.Runtime.InteropServices;
using SaasLlm.Bench;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Modes;
using SaasLlm.Bench.Report;
using SaasLlm.Bench.Servers;

const int Interrupted = 130;

IMode[] modes =
[
    new WrkMode("plain32", "plain calls, 32 connections", Route.Plain, 32),
    new WrkMode("plain1", "plain calls, one connection", Route.Plain, 1),
    new FreshJobsMode(),
    new StreamMode(),
    new WrkMode("slow1000", "plain calls, 1,000 connections, an upstream that takes 200 ms", Route.Slow, 1000),
    new PacedMode(),
    new JobsMode(),
    new DatabaseMode(),
    new ColdMode(),
    new RedisMode(),
    new UsageMode(),
];

using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
try
{
    var options = Options.Parse(args);
    var chosen = modes.Where(mode => options.Only is null ? !mode.OnlyOnRequest : mode.Name == options.Only).ToArray();
    if (chosen.Length == 0)
        throw new InvalidOperationException($"--only is one of: {string.Join(", ", modes.Select(mode => mode.Name))}.");

    await using var rig = await Rig.StartAsync(options, stopping.Token);
    if (options.SoakMinutes is not null)
    {
        await new Soak(rig, options).RunAsync(stopping.Token);
        return 0;
    }

    var rounds = new Rounds(options, rig.Postgres);
    var results = new List<ModeResult>();
    foreach (var mode in chosen)
        results.AddRange(await mode.RunAsync(rig, options, rounds, stopping.Token));
    if (chosen is [{ OnlyOnRequest: true }])
        Output.Line(await ResultsFile.WriteUsageAsync(options, await Environs.ReadAsync(rig.Postgres, stopping.Token), results[0], stopping.Token));
    else
        await ReportAsync(rig, options, results);
    return 0;
}
catch (Exception exception) when (stopping.IsCancellationRequested)
{
    Output.Line($"Stopped ({exception.GetType().Name}).");
    return Interrupted;
}
catch (Exception exception) when (exception is InvalidOperationException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

// A run of everything is put on record; a single mode is only shown.
async Task ReportAsync(Rig rig, Options options, IReadOnlyList<ModeResult> results)
{
    foreach (var result in results)
        Output.Line($"\n{result.Mode}: {result.Title}\n\n{MarkdownTable.Of(result)}");
    Output.Line($"\n{ResultsFile.TargetTable(Targets.Of(results))}");
    if (options.Only is null)
        Output.Line(await ResultsFile.WriteAsync(options, await Environs.ReadAsync(rig.Postgres, stopping.Token), results, stopping.Token));
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopping.Cancel();
}
