using SaasLlm.Bench.Driving;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Report;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Modes;

/// <summary>What it costs to share limits with other nodes over Redis.</summary>
internal sealed class RedisMode : IMode
{
    public const string WithRedis = "service with Redis";
    private const int Connections = 32;

    public string Name => "redis32";

    public async Task<IReadOnlyList<ModeResult>> RunAsync(Rig rig, Options options, Rounds rounds, CancellationToken cancellationToken)
    {
        var redis = await rig.StartAsync(RedisServer.StartAsync(rig.Folder, cancellationToken));
        var shared = await rig.StartServiceAsync(WithRedis, cancellationToken, $"Redis:ConnectionString=127.0.0.1:{redis.Port}");
        Subject[] subjects = [rig.Bare, rig.Service, shared];
        var calls = new Dictionary<Subject, Calls>();
        foreach (var subject in subjects)
        {
            calls[subject] = await Calls.WriteAsync(subject, Route.Plain, rig.Tenant, rig.Jobs, rig.Folder, cancellationToken);
            await rig.WarmUp.RunAsync(calls[subject], Route.Plain, Connections, cancellationToken);
        }

        return
        [
            await rounds.RunAsync(
                Name,
                "plain calls, 32 connections, with and without Redis",
                subjects,
                (subject, _) => Wrk.RunAsync(calls[subject], Connections, options.Seconds, cancellationToken),
                cancellationToken),
        ];
    }
}
