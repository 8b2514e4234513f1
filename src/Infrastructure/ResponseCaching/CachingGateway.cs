using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Infrastructure.Llm.Streaming;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>
/// Serves a request that was answered before from what was kept, and requests that are alike and run at the same time from one
/// call upstream. A call whose policy is null passes by.
/// </summary>
internal sealed class CachingGateway(
    ILlmGateway upstream,
    AnswerStore store,
    Deployments deployments,
    IOptions<ResponseCacheOptions> options,
    ResponseCacheMetrics metrics,
    TimeProvider time) : ILlmGateway
{
    /// <summary>Calls upstream that others may wait for, by what they ask and how old an answer they take. At most one for each running call.</summary>
    private readonly ConcurrentDictionary<(ResponseKey, int), PlainFlight> _plain = new();
    private readonly ConcurrentDictionary<(ResponseKey, int), StreamFlight> _streams = new();

    /// <summary>Calls that others may wait for now, those whose answer is being written included.</summary>
    public int Running => _plain.Count + _streams.Count;

    public Task<GatewayReply> SendAsync(
        ChatRequest request, RouteTargets targets, GatewayCredentials credentials, CachePolicy? cache, CancellationToken cancellationToken) =>
        cache is null || UsesByok(credentials, targets) || !ResponseKey.TryCreate(request, targets, cache, stream: false, out var key)
            ? upstream.SendAsync(request, targets, credentials, null, cancellationToken)
            : SendAsync(new CachedCall(request, targets, credentials, key, cache.TtlSeconds), cancellationToken);

    public Task<ModelReply> SendAsync(ModelRequest request, RouteTargets targets, GatewayCredentials credentials, CancellationToken cancellationToken) =>
        upstream.SendAsync(request, targets, credentials, cancellationToken);

    public Task<GatewayStream> OpenStreamAsync(
        ChatRequest request, RouteTargets targets, GatewayCredentials credentials, CachePolicy? cache, CancellationToken cancellationToken) =>
        cache is null || UsesByok(credentials, targets) || !ResponseKey.TryCreate(request, targets, cache, stream: true, out var key)
            ? upstream.OpenStreamAsync(request, targets, credentials, null, cancellationToken)
            : OpenStreamAsync(new CachedCall(request, targets, credentials, key, cache.TtlSeconds), cancellationToken);

    private async Task<GatewayReply> SendAsync(CachedCall call, CancellationToken cancellationToken)
    {
        PlainFlight? flight = null;
        for (var waits = 1; ; waits++)
        {
            if (await FindInMemoryAsync(call, cancellationToken) is { } kept)
                return Shared(new Landing(kept, null, call.ModelOf(kept), Sent: false));

            flight = Enter(_plain, call, flight?.Next ?? _plain.GetOrAdd(call.Flight, static _ => new PlainFlight()), out var leads);
            if (leads)
                return await LeadAsync(call, flight, cancellationToken);

            var landing = await flight.Landed.WaitAsync(cancellationToken);
            if (!landing.IsFinalAfter(waits))
                continue;

            if (landing.Error is null)
                metrics.Hit(AnswerSource.Running);
            return Shared(landing);
        }
    }

    private async Task<GatewayReply> LeadAsync(CachedCall call, PlainFlight flight, CancellationToken cancellationToken)
    {
        // What those who wait get where this one ends by an exception.
        var landing = new Landing(null, LlmErrors.Failed(), null, Sent: true);
        var keeps = false;
        try
        {
            if (await FindAsync(call, cancellationToken) is { } found)
            {
                landing = new Landing(found, null, call.ModelOf(found), Sent: false);
                return Shared(landing);
            }

            // Not to be cancelled by this one's caller: others may wait for it.
            var reply = await upstream.SendAsync(call.Request, call.Targets, call.Credentials, null, CancellationToken.None);

            // Copied, because whose buffer the answer stands in is the upstream's business.
            var answer = reply.Answer is null ? null : CachedAnswer.OfBody(reply.Answer.Body.ToArray(), reply.Model!.Alias, reply.IsInvented, time.GetUtcNow());
            landing = new Landing(answer, reply.Error, reply.Model, reply.Attempts > 0);
            keeps = answer is not null && CachedAnswer.IsWhole(reply.Answer!.FinishReason);
            return reply;
        }
        finally
        {
            // A failure is gone before those who wait for it look again; an answer is kept before it goes, so that none looks in between.
            if (!keeps)
                _plain.TryRemove(KeyValuePair.Create(call.Flight, flight));
            flight.Land(landing);
            if (keeps)
                _ = KeepAsync(_plain, call, flight, landing.Answer!);
        }
    }

    private async Task<GatewayStream> OpenStreamAsync(CachedCall call, CancellationToken cancellationToken)
    {
        StreamFlight? flight = null;
        for (var waits = 1; ; waits++)
        {
            if (await FindInMemoryAsync(call, cancellationToken) is { } kept)
                return Replay(call, kept);

            flight = Enter(
                _streams,
                call,
                flight?.Next ?? _streams.GetOrAdd(call.Flight, static (_, maxBytes) => new StreamFlight(maxBytes), options.Value.MaxEntryBytes),
                out var leads);
            if (leads)
                return await LeadStreamAsync(call, flight, cancellationToken);
            if (!flight.TryJoin())
            {
                // It is over, or has outgrown what is kept.
                _streams.TryRemove(KeyValuePair.Create(call.Flight, flight));
                flight = null;
                waits--;
                continue;
            }

            var landing = await flight.StartedAsync(cancellationToken);
            if (landing is null or { Error: null })
            {
                if (landing?.Answer is { } answer)
                {
                    flight.Leave();
                    metrics.Hit(AnswerSource.Running);
                    return Replay(call, answer);
                }

                // Also where the caller has left meanwhile: the stream says so when it is read, and its call is on record as one that cost nothing.
                if (landing is not null)
                    metrics.Hit(AnswerSource.Running);
                return new FollowerStream(flight, cancellationToken)
                {
                    Model = landing?.Model,
                    Attempts = 0,
                    Cached = true,
                    ClientPricePercent = options.Value.ClientPricePercent,
                };
            }

            flight.Leave();
            if (landing.Value.IsFinalAfter(waits))
            {
                return new RefusedStream
                {
                    Error = landing.Value.Error,
                    Model = landing.Value.Model,
                    Attempts = 0,
                    Cached = true,
                    ClientPricePercent = 0,
                };
            }
        }
    }

    private async Task<GatewayStream> LeadStreamAsync(CachedCall call, StreamFlight flight, CancellationToken cancellationToken)
    {
        var landing = new Landing(null, LlmErrors.Failed(), null, Sent: true);
        try
        {
            if (await FindAsync(call, cancellationToken) is { } found)
            {
                landing = new Landing(found, null, call.ModelOf(found), Sent: false);
                return Replay(call, found);
            }

            GatewayStream opened;
            await using (cancellationToken.UnsafeRegister(static state => ((StreamFlight)state!).LeaderLeaves(), flight))
                opened = await upstream.OpenStreamAsync(call.Request, call.Targets, call.Credentials, null, flight.Abandoned);

            landing = new Landing(null, opened.Error, opened.Model, opened.Attempts > 0);
            if (opened.Error is not null)
                return opened;

            flight.Begin(opened, whole => End(call, flight, opened, whole));
            return new LeaderStream(flight, opened)
            {
                Model = opened.Model,
                Attempts = opened.Attempts,
                IsInvented = opened.IsInvented,
            };
        }
        finally
        {
            if (landing is not { Error: null, Answer: null })
                _streams.TryRemove(KeyValuePair.Create(call.Flight, flight));
            flight.Land(landing);
        }
    }

    /// <summary>Makes a flight that was chosen known to those who come later, where this call leads it.</summary>
    private static TFlight Enter<TFlight>(ConcurrentDictionary<(ResponseKey, int), TFlight> flights, in CachedCall call, TFlight flight, out bool leads)
        where TFlight : Flight<TFlight>
    {
        leads = flight.TryLead();
        if (leads)
            flights.TryAdd(call.Flight, flight);
        return flight;
    }

    /// <summary>Keeps a stream that has come to its end, or forgets it.</summary>
    /// <param name="whole">Its events; null where it broke, was given up or grew too large.</param>
    private void End(CachedCall call, StreamFlight flight, GatewayStream opened, IReadOnlyList<byte[]>? whole)
    {
        if (whole is not null && CachedAnswer.IsWhole(opened.FinishReason))
            _ = KeepAsync(_streams, call, flight, CachedAnswer.OfStream(whole, opened.Model!.Alias, opened.IsInvented, time.GetUtcNow()));
        else
            _streams.TryRemove(KeyValuePair.Create(call.Flight, flight));
    }

    private async Task KeepAsync<TFlight>(ConcurrentDictionary<(ResponseKey, int), TFlight> flights, CachedCall call, TFlight flight, CachedAnswer answer)
    {
        try
        {
            await store.KeepAsync(call.Key, answer, call.TtlSeconds);
        }
        finally
        {
            flights.TryRemove(KeyValuePair.Create(call.Flight, flight));
        }
    }

    private async ValueTask<CachedAnswer?> FindInMemoryAsync(CachedCall call, CancellationToken cancellationToken)
    {
        if (store.FindInMemory(call.Key, call.TtlSeconds) is not { } kept || !await ServesAsync(call, kept, cancellationToken))
            return null;

        metrics.Hit(AnswerSource.Memory);
        return kept;
    }

    /// <summary>Looks where it may take a moment too; counts the hit or the miss.</summary>
    private async ValueTask<CachedAnswer?> FindAsync(CachedCall call, CancellationToken cancellationToken)
    {
        var (kept, source) = await store.FindAsync(call.Key, call.TtlSeconds);
        if (kept is not null && await ServesAsync(call, kept, cancellationToken))
        {
            metrics.Hit(source);
            return kept;
        }

        metrics.Missed();
        return null;
    }

    /// <summary>An invented answer must not stand for a model that can be asked by now.</summary>
    private async ValueTask<bool> ServesAsync(CachedCall call, CachedAnswer answer, CancellationToken cancellationToken) =>
        !answer.IsInvented
        || await deployments.ResolveAsync(call.Targets, call.Credentials, cancellationToken) is [{ Deployment.IsInvented: true }, ..];

    /// <summary>What a caller's own key was billed for is not handed on, and nothing that the platform paid for is handed to who pays nobody.</summary>
    private static bool UsesByok(in GatewayCredentials credentials, RouteTargets targets) => credentials.Byok?.ServeAny(targets) == true;

    private GatewayReply Shared(in Landing landing) => new()
    {
        Answer = landing.Answer?.Plain,
        Error = landing.Error,
        Model = landing.Model,
        Attempts = 0,
        Cached = true,
        ClientPricePercent = landing.Error is null ? options.Value.ClientPricePercent : 0,
    };

    private ReplayStream Replay(in CachedCall call, CachedAnswer answer) => new(answer.Events!)
    {
        Model = call.ModelOf(answer),
        Attempts = 0,
        Cached = true,
        ClientPricePercent = options.Value.ClientPricePercent,
    };
}
