namespace SaasLlm.Application.Metering;

/// <summary>When a running stream puts off the end of what it holds, and by how much it takes more.</summary>
internal sealed class HoldRenewal(MeteringOptions options, TimeProvider time)
{
    private readonly TimeSpan _interval = TimeSpan.FromSeconds(options.HoldLifetimeSeconds / 2.0);
    private long _renewedAt = time.GetTimestamp();

    /// <summary>Output tokens by which a stream takes more.</summary>
    public int StepTokens => options.HoldOutputTokens;

    public bool IsDue => time.GetElapsedTime(_renewedAt) >= _interval;

    public void Begin() => _renewedAt = time.GetTimestamp();
}
