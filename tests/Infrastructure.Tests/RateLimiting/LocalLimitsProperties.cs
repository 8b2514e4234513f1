using FsCheck;
using FsCheck.Fluent;
using SaasLlm.Infrastructure.RateLimiting;
using SaasLlm.Testing;
using HoldsForAll = FsCheck.NUnit.PropertyAttribute;

namespace SaasLlm.Infrastructure.Tests.RateLimiting;

/// <summary>What holds for any sequence of calls, of ends and of waits.</summary>
internal sealed class LocalLimitsProperties
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [HoldsForAll(MaxTest = 200, Arbitrary = new[] { typeof(Histories) })]
    public void AnyMinute_OfAnyHistory_HoldsNoMoreThanTheLimits(History history) => Replay(history, static (_, _, _) => { });

    [HoldsForAll(MaxTest = 200, Arbitrary = new[] { typeof(Histories) })]
    public void RetryAfter_InAnyHistory_IsWhenTheSameCallPasses(History history) => Replay(history, static (limits, clock, refused) =>
    {
        clock.Advance(refused.RetryAfter - TimeSpan.FromTicks(1));
        Assert.That(limits.Acquire(refused.Scopes, refused.Tokens, 1, Reach.Together).IsSuccess, Is.False, "a moment earlier");
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.That(limits.Acquire(refused.Scopes, refused.Tokens, 1, Reach.Together).IsSuccess, Is.True);
    });

    /// <summary>Plays until the first refusal that <paramref name="onRefusal"/> looks at, which may change the history.</summary>
    private static void Replay(History history, Action<LocalLimits, HandClock, Refused> onRefusal)
    {
        var clock = new HandClock();
        using var limits = new LocalLimits(clock, new LimiterMetrics(Meters.Factory));
        var scopes = Scopes.Team(history.Rpm, history.Tpm);
        var admitted = new List<Call>();
        foreach (var step in history.Steps)
        {
            clock.Advance(step.Wait);
            for (var call = 0; call < step.Calls; call++)
            {
                var lease = limits.Acquire(scopes, step.Tokens, 1, Reach.Together);
                if (!lease.IsSuccess)
                {
                    onRefusal(limits, clock, new Refused(scopes, step.Tokens, lease.Error.RetryAfter!.Value));
                    break;
                }

                admitted.Add(new Call(clock.GetUtcNow(), lease.Value, step.Tokens));
                AssertWithin(history, admitted, clock.GetUtcNow());
            }

            if (admitted.Count == 0 || step.End == End.None)
                continue;

            var ended = admitted[step.Calls % admitted.Count];
            if (step.End == End.TrueUp)
            {
                ended.Lease.TrueUp(step.Tokens / 2);
                ended.Tokens = step.Tokens / 2;
            }
            else if (ended.Lease is not null && clock.GetUtcNow() - ended.At < Minute)
            {
                ended.Lease.GiveBack();
                admitted.Remove(ended);
            }
        }
    }

    private static void AssertWithin(History history, List<Call> admitted, DateTimeOffset now)
    {
        var requests = 0;
        var tokens = 0L;
        for (var call = admitted.Count - 1; call >= 0 && now - admitted[call].At < Minute; call--)
        {
            requests++;
            tokens += admitted[call].Tokens;
        }

        if (requests > history.Rpm)
            Assert.Fail($"{requests} requests");
        if (tokens > history.Tpm && tokens != admitted[^1].Tokens)
            Assert.Fail($"{tokens} tokens");
    }

    internal enum End
    {
        None,
        TrueUp,
        GiveBack,
    }

    internal sealed record History(int? Rpm, int? Tpm, Step[] Steps);

    /// <param name="End">What happens to one of the calls after those of this step.</param>
    internal sealed record Step(TimeSpan Wait, int Calls, int Tokens, End End);

    internal sealed record Refused(Domain.Limits.RateScopes Scopes, int Tokens, TimeSpan RetryAfter);

    private sealed record Call(DateTimeOffset At, RateLease Lease, int Tokens)
    {
        public int Tokens { get; set; } = Tokens;
    }

    internal static class Histories
    {
        public static Arbitrary<History> Any() => Arb.From(Gen.OneOf(
            Of(Gen.Choose(1, 20), Gen.Choose(1, 6)),
            Of(Gen.Choose(1_000, 3_000), Gen.Choose(1, 500))));

        /// <summary>Small limits have an entry a request, large ones entries that are shared.</summary>
        private static Gen<History> Of(Gen<int> rpm, Gen<int> calls) =>
            from limit in rpm
            from limited in Gen.Choose(0, 2)
            from steps in (
                from wait in Gen.OneOf(Gen.Choose(0, 1_000), Gen.Choose(0, 600_000), Gen.Choose(0, 200_000_000), Gen.Constant(0))
                from count in calls
                from tokens in Gen.Choose(0, 60)
                from end in Gen.Elements(End.None, End.None, End.TrueUp, End.GiveBack)
                select new Step(TimeSpan.FromTicks(wait), count, tokens, end)).ArrayOf()
            select new History(limited == 1 ? null : limit, limited == 0 ? null : limit * 20, steps);
    }
}
