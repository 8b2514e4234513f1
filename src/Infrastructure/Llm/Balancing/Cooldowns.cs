using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Pipeline;
using SaasLlm.Infrastructure.Llm.Resilience;
using SaasLlm.Infrastructure.Redis;

namespace SaasLlm.Infrastructure.Llm.Balancing;

/// <summary>
/// Decides how long deployments that want a pause are left alone, and tells the other nodes through Redis: a message for those
/// that listen, and a key for those that come later. No call waits for it.
/// </summary>
internal sealed partial class Cooldowns
{
    /// <summary>Deployments that messages can find; past this number all are forgotten, and made known again as they are used.</summary>
    private const int MaxKnown = 8192;

    private readonly ConcurrentDictionary<string, Deployment> _byName = new(StringComparer.Ordinal);
    private readonly string _node = Guid.CreateVersion7().ToString("n");
    private readonly TimeSpan _longest;
    private readonly TimeProvider _time;
    private readonly IRedis _redis;
    private readonly UpstreamMetrics _metrics;
    private readonly ILogger<Cooldowns> _logger;

    public Cooldowns(IOptions<LlmOptions> options, TimeProvider time, IRedis redis, UpstreamMetrics metrics, ILogger<Cooldowns> logger)
    {
        _longest = TimeSpan.FromSeconds(options.Value.MaxCooldownSeconds);
        _time = time;
        _redis = redis;
        _metrics = metrics;
        _logger = logger;
        redis.Subscribe(redis.Prefix + "cooldowns", message => Received(message));
        metrics.WatchCircuits(OpenCircuits);
    }

    /// <summary>Makes a new deployment known to messages; one that this node had not yet used asks what the others know of it.</summary>
    public void Know(Deployment deployment, bool isReplaced)
    {
        // Those of callers' own keys are left out: however many there are, they make nobody forget the others.
        if (deployment.Byok is null)
        {
            if (_byName.Count >= MaxKnown)
                _byName.Clear();
            _byName[deployment.Name] = deployment;
        }

        // A credential that was replaced has nothing to do with the pause of the old one.
        if (isReplaced)
            deployment.Load.TryRecall();
        Recall(deployment);
    }

    /// <summary>Draws from an answer what it says of the deployment's rest.</summary>
    public void Heed(Deployment deployment, UpstreamAnswer answer)
    {
        Recall(deployment);
        if (answer.Kind == AnswerKind.Good)
        {
            deployment.Load.Answered();
            return;
        }

        if (!answer.IsPassing || _longest == TimeSpan.Zero)
            return;

        if (answer.RetryAfter is { } wait)
            Begin(deployment, wait, Cooling.Known, Cooling.Known);
        else if (answer.StatusCode == 429 && deployment.Load.NextGuess(_time.GetTimestamp()) is { } guess)
            Begin(deployment, guess, Cooling.Guessed, Cooling.Guessed);
    }

    /// <summary>Its circuit has opened. Other nodes take it as a guess: it may be this node's network that is broken.</summary>
    public void Opened(Deployment deployment, TimeSpan pause) => Begin(deployment, pause, Cooling.Known, Cooling.Guessed, isCircuit: true);

    private void Begin(Deployment deployment, TimeSpan wait, Cooling kind, Cooling elsewhere, bool isCircuit = false)
    {
        if (!isCircuit && wait > _longest)
            wait = _longest;
        if (wait <= TimeSpan.Zero || !Cool(deployment, wait, kind, isCircuit))
            return;

        _metrics.Cooled(deployment.Provider, isCircuit ? "circuit" : kind == Cooling.Known ? "asked" : "guessed");
        LogCooling(deployment, wait.TotalSeconds);
        if (_redis.IsAvailable)
            _ = ShareAsync(deployment.Name, wait, elsewhere);
    }

    private bool Cool(Deployment deployment, TimeSpan wait, Cooling kind, bool isCircuit)
    {
        var now = _time.GetTimestamp();
        return deployment.Load.Cool(new Cooldown(now + (long)(wait.TotalSeconds * _time.TimestampFrequency), kind, isCircuit), now);
    }

    private async Task ShareAsync(string name, TimeSpan wait, Cooling kind)
    {
        var share = (Redis: _redis, Key: Key(name), Wait: wait, Text: string.Create(CultureInfo.InvariantCulture, $"{_node} {(int)kind} {(long)wait.TotalMilliseconds} {name}"));
        await _redis.AskAsync(static (database, share) => database.StringSetAsync(share.Key, share.Text, share.Wait), share);
        await _redis.AskAsync(static (database, share) => database.PublishAsync(share.Redis.Prefix + "cooldowns", share.Text), share);
    }

    /// <summary>Where Redis was away when a deployment became known, asks with one of its later answers.</summary>
    private void Recall(Deployment deployment)
    {
        if (!deployment.Load.IsRecalled && _redis.IsAvailable && deployment.Load.TryRecall())
            _ = RecallAsync(deployment);
    }

    private async Task RecallAsync(Deployment deployment)
    {
        var found = await _redis.AskAsync(static (database, key) => database.StringGetWithExpiryAsync(key), Key(deployment.Name));
        if (!found.Answered)
            deployment.Load.RecallAgain();
        else if (found is { Value: { Value.IsNull: false, Expiry: { } left } } && Read(found.Value.Value!) is { } said)
            Cool(deployment, Shortest(left), said.Kind, isCircuit: false);
    }

    private void Received(string? message)
    {
        if (message is not null && Read(message) is { } said && said.Node != _node && _byName.TryGetValue(said.Name, out var deployment))
            Cool(deployment, Shortest(said.Wait), said.Kind, isCircuit: false);
    }

    private TimeSpan Shortest(TimeSpan wait) => wait < _longest ? wait : _longest;

    private string Key(string name) => _redis.Prefix + "cooldown:" + name;

    /// <summary>How many circuits of each provider let nothing through now. One that nobody has tried since its break was over is not among them.</summary>
    private IEnumerable<Measurement<int>> OpenCircuits()
    {
        var now = _time.GetTimestamp();
        return _byName.Values
            .GroupBy(static deployment => deployment.Provider, StringComparer.Ordinal)
            .Select(provider => new Measurement<int>(
                provider.Count(deployment => deployment.Load.CooldownAt(now) is { IsCircuit: true } && !deployment.Circuit.IsClosed),
                new KeyValuePair<string, object?>(Telemetry.Provider, provider.Key)));
    }

    private static (string Node, Cooling Kind, TimeSpan Wait, string Name)? Read(string message)
    {
        var parts = message.Split(' ', 4);
        return parts.Length == 4
            && Enum.TryParse<Cooling>(parts[1], out var kind) && kind is Cooling.Guessed or Cooling.Known
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
                ? (parts[0], kind, TimeSpan.FromMilliseconds(Math.Min(ms, int.MaxValue)), parts[3])
                : null;
    }

    [LoggerMessage(LogLevel.Warning, "{Deployment} is left alone for {Seconds} s")]
    private partial void LogCooling(Deployment deployment, double seconds);
}
