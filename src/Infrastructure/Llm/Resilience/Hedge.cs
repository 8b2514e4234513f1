using SaasLlm.Infrastructure.Llm.Balancing;

namespace SaasLlm.Infrastructure.Llm.Resilience;

/// <summary>
/// Asks a second model while the first is silent. The first good answer wins; the other request is cancelled, which closes its
/// connection or its HTTP/2 stream, and lets go of its body and its seat by itself.
/// </summary>
internal sealed class Hedge(UpstreamAttempts attempts, ModelSlots slots, UpstreamMetrics metrics, TimeProvider time)
{
    /// <summary>The call's answer from the first route, or from the next free one where that was faster, or the first failed meanwhile.</summary>
    /// <param name="seat">The first route's.</param>
    /// <exception cref="OperationCanceledException">The caller has left.</exception>
    public async ValueTask<UpstreamAnswer> RunAsync(UpstreamCall call, int first, Seat seat)
    {
        var wait = TimeSpan.FromMilliseconds(call.HedgeAfterMs!.Value);
        call.HedgeAfterMs = null;

        using var main = Start(call, first, seat);
        if (!await IsSilentAsync(main, wait) || Second(call, first, out var secondSeat) is not { } second)
            return await main.Answer;

        call.HedgedRoute = second;
        using var other = Start(call, second, secondSeat);
        var earlier = await Task.WhenAny(main.Answer, other.Answer);
        var (winner, loser) = ReferenceEquals(earlier, main.Answer) ? (main, other) : (other, main);
        try
        {
            var answer = await winner.Answer;
            if (!answer.IsFinal)
            {
                // It was the first to fail: all depends on the other.
                call.Failed(answer);
                (winner, loser) = (loser, winner);
                answer = await winner.Answer;
            }

            call.Follow(call.Routes[winner.Route]);
            call.GivenUp = loser.IsSent && call.Routes[loser.Route].Deployment.Byok is null ? call.Routes[loser.Route].Model : null;
            metrics.Hedged(call.Routes[second].Deployment.Provider, won: winner == other && answer.Kind == AnswerKind.Good);
            return answer;
        }
        finally
        {
            await loser.GiveUpAsync();
        }
    }

    private HedgeLeg Start(UpstreamCall call, int route, Seat seat)
    {
        var leg = new HedgeLeg(route);
        leg.Answer = attempts.RunAsync(call, call.Routes[route], isLast: route == call.Routes.Length - 1, seat, leg).AsTask();
        return leg;
    }

    private async Task<bool> IsSilentAsync(HedgeLeg leg, TimeSpan wait)
    {
        using var answered = new CancellationTokenSource();
        await Task.WhenAny(leg.Answer, Task.Delay(wait, time, answered.Token));
        await answered.CancelAsync();
        return !leg.Answer.IsCompleted;
    }

    /// <summary>The next route that is neither cooling nor full; null where there is none.</summary>
    private int? Second(UpstreamCall call, int first, out Seat seat)
    {
        var now = time.GetTimestamp();
        for (var i = first + 1; i < call.Routes.Length; i++)
        {
            var deployment = call.Routes[i].Deployment;
            if (deployment.Load.CooldownAt(now) is null && deployment.Circuit.IsClosed && slots.TryTake(call.Routes[i], out seat))
                return i;
        }

        seat = default;
        return null;
    }
}

/// <summary>One of the two requests of a hedged call.</summary>
internal sealed class HedgeLeg(int route) : IDisposable
{
    private readonly CancellationTokenSource _lost = new();
    private bool _givenUp;

    public int Route => route;

    public Task<UpstreamAnswer> Answer { get; set; } = null!;

    /// <summary>Cancelled where the other has won.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>True while a request of it is with the upstream, which then bills it.</summary>
    public bool IsSent { get; set; }

    /// <summary>Cancels it. What is left of it goes when it ends, and nobody waits for that.</summary>
    public async Task GiveUpAsync()
    {
        _givenUp = true;
        await _lost.CancelAsync();
        _ = LetGoAsync();
    }

    public void Dispose()
    {
        if (!_givenUp)
            _lost.Dispose();
    }

    private async Task LetGoAsync()
    {
        await ((Task)Answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Answer.IsCompletedSuccessfully)
            (await Answer).Abandon();
        _lost.Dispose();
    }
}
