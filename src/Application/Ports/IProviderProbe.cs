namespace SaasLlm.Application.Ports;

/// <summary>Tries a key with the cheapest request there is that needs a good one.</summary>
public interface IProviderProbe
{
    /// <summary>Never throws for faults of the provider.</summary>
    /// <param name="apiBase">The base address; null: the provider's own.</param>
    /// <param name="isCallersAddress">True where a caller chose the base address, so that it may not lead just anywhere (<see cref="IOutgoingAddresses"/>).</param>
    Task<ProbeOutcome> TestAsync(string provider, string apiKey, Uri? apiBase, bool isCallersAddress, CancellationToken cancellationToken);
}

/// <summary>What a probe has found out.</summary>
public enum ProbeVerdict
{
    /// <summary>The provider accepted the key.</summary>
    Accepted,

    /// <summary>The provider knows the key, and wants a pause or money.</summary>
    Limited,

    /// <summary>The provider refused the key.</summary>
    Refused,

    /// <summary>What answered is not the API, or there is no address to ask.</summary>
    WrongAddress,

    /// <summary>The provider failed, or cannot be reached.</summary>
    Unreachable,

    /// <summary>No answer in time.</summary>
    TimedOut,
}

/// <param name="StatusCode">The provider's HTTP status; null where it did not answer.</param>
/// <param name="Message">One sentence; never the key.</param>
/// <param name="LatencyMs">Time to the answer, in ms.</param>
public sealed record ProbeOutcome(ProbeVerdict Verdict, int? StatusCode, string Message, int LatencyMs)
{
    /// <summary>True where the provider accepted the key.</summary>
    public bool Ok => Verdict == ProbeVerdict.Accepted;
}
