using System.Runtime.CompilerServices;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Limits;

namespace SaasLlm.Infrastructure.RateLimiting;

/// <summary>What a running call holds: of this node's windows always, and of the shared ones where Redis gave it.</summary>
internal sealed class RateLease(TimeProvider time, int tokens) : IRateLease
{
    private HeldParts _parts;
    private int _tokens = tokens;
    private int _ended;

    public RateStatus Status { get; set; }

    /// <summary>Null where this node admitted it alone.</summary>
    public SharedLease? Shared { get; set; }

    public void Hold(RateScopeKind kind, ScopeWindow window, RateLimits limits, long entry) =>
        _parts[(int)kind] = new HeldPart(window, limits, entry);

    public void TrueUp(int actualTokens)
    {
        var change = actualTokens - _tokens;
        if (change == 0 || _ended != 0)
            return;

        _tokens = actualTokens;
        var now = time.GetTimestamp();
        foreach (ref readonly var part in (ReadOnlySpan<HeldPart>)_parts)
            part.Window?.ChangeTokens(part.Limits, part.Entry, change, now);
        Shared?.TrueUp(change);
    }

    public void GiveBack()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;

        var now = time.GetTimestamp();
        foreach (ref readonly var part in (ReadOnlySpan<HeldPart>)_parts)
            part.Window?.GiveBack(part.Limits, part.Entry, _tokens, now);
        Shared?.GiveBack();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;

        foreach (ref readonly var part in (ReadOnlySpan<HeldPart>)_parts)
            part.Window?.EndCall();
        Shared?.End();
    }

    private readonly record struct HeldPart(ScopeWindow? Window, RateLimits Limits, long Entry);

    [InlineArray(3)]
    private struct HeldParts
    {
        private HeldPart _first;
    }
}
