using System.Diagnostics;
using SaasLlm.Bench.Driving;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Report;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Modes;

/// <summary>A long time at 70 % of the peak rate: what the service's memory does.</summary>
internal sealed class Soak(Rig rig, Options options)
{
    private const double ShareOfPeak = 0.7;
    private const int Connections = 32;
    private const double MostSlopeMb = 1;
    private const double MostMb = 400;

    /// <summary>Every so many calls one is a stream, and one is made in a job of its own that then ends, so that caches turn over.</summary>
    private const int StreamEvery = 10;
    private const int WholeJobEvery = 100;

    private static readonly TimeSpan SampleEach = TimeSpan.FromSeconds(5);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var peak = await PeakAsync(cancellationToken);
        var rate = peak * ShareOfPeak;
        var length = TimeSpan.FromMinutes(options.SoakMinutes!.Value);
        Output.Line($"\nsoak: {length.TotalMinutes:0} minutes at {rate:#,0} calls a second, {ShareOfPeak:0%} of {peak:#,0}");

        using var caller = new Caller(rig.Service, rig.Tenant);
        var loop = new OpenLoop(rate, (number, stop) => CallAsync(caller, number, stop));
        var samples = new List<(double Minutes, double Mb)>();
        var running = loop.RunAsync(length, cancellationToken);
        await SampleAsync(samples, loop, running, cancellationToken);
        await running;
        await ReportAsync(samples, loop, rate, peak, length, cancellationToken);
    }

    /// <summary>The rate that wrk reaches, after the warm-up.</summary>
    private async Task<double> PeakAsync(CancellationToken cancellationToken)
    {
        var calls = await Calls.WriteAsync(rig.Service, Route.Plain, rig.Tenant, rig.Jobs, rig.Folder, cancellationToken);
        await rig.WarmUp.RunAsync(calls, Route.Plain, Connections, cancellationToken);
        var rates = new List<double?>();
        for (var round = 0; round < options.Rounds; round++)
        {
            var load = await Wrk.RunAsync(calls, Connections, options.Seconds, cancellationToken);
            rates.Add(load.Requests / load.Seconds);
        }

        return Figures.Median(rates)!.Value;
    }

    private async Task<bool> CallAsync(Caller caller, long number, CancellationToken cancellationToken)
    {
        if (number % WholeJobEvery == 0)
            return await caller.WholeJobAsync(cancellationToken);

        var route = number % StreamEvery == 0 ? Route.Stream : Route.Plain;
        return await caller.CallAsync(route, rig.Jobs[(int)(number % rig.Jobs.Count)], cancellationToken);
    }

    private async Task SampleAsync(List<(double Minutes, double Mb)> samples, OpenLoop loop, Task running, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(SampleEach);
        do
        {
            var elapsed = Stopwatch.GetElapsedTime(start);
            var mb = ProcFs.ResidentMb(rig.Service.ProcessId!.Value);
            samples.Add((elapsed.TotalMinutes, mb));
            if (samples.Count % 12 == 1)
                Output.Line($"  minute {elapsed.TotalMinutes:0.0}  {mb:0} MB  {loop.Answered:#,0} answers  {loop.Failed} errors");
        }
        while (!running.IsCompleted && await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task ReportAsync(
        List<(double Minutes, double Mb)> samples, OpenLoop loop, double rate, double peak, TimeSpan length, CancellationToken cancellationToken)
    {
        var curve = new MemoryCurve(samples, Math.Min(1, length.TotalMinutes / 2));
        var reached = loop.Answered / length.TotalSeconds;
        var environs = await Environs.ReadAsync(rig.Postgres, cancellationToken);
        var note = $"{length.TotalMinutes:0} minutes at {reached:#,0} calls a second, {environs.Date:yyyy-MM-dd}, commit {environs.Commit}";
        var picture = options.Quick ? Path.Combine(ResultsFile.Folder(options), "soak.svg") : Path.Combine(Repository.Root, "docs", "soak.svg");
        await File.WriteAllTextAsync(picture, curve.ToSvg("Memory under a steady load", note, MostMb), cancellationToken);

        Target[] targets =
        [
            new($"memory after minute {curve.From:0.#}: slope", $"< {MostSlopeMb:0} MB/min", $"{curve.Line.Slope:+0.00;-0.00} MB/min", curve.Line.Slope < MostSlopeMb),
            new("memory: peak", $"< {MostMb:0} MB", $"{curve.PeakMb:0} MB", curve.PeakMb < MostMb),
        ];
        var text = $"""
            {environs.Date:yyyy-MM-dd HH:mm} UTC, commit {environs.Commit}. {environs.Machine}.

            Written by `./build.sh --target=Soak --minutes={length.TotalMinutes:0}`: {rate:#,0} calls a second were sent, {ShareOfPeak:0%} of the {peak:#,0}
            that 32 connections had just reached; {reached:#,0} a second were answered with success, {loop.Failed:#,0} failed, {loop.Dropped:#,0} were not sent because
            too many waited. One call in {StreamEvery} is a stream, and one in {WholeJobEvery} a whole job of three calls.

            {ResultsFile.TargetTable(targets)}
            {(options.Quick ? "" : "![Memory over time](../docs/soak.svg)\n")}
            """;
        Output.Line($"\n{text}\n{await ResultsFile.WriteSoakAsync(options, text, cancellationToken)}");
    }
}
