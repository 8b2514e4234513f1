namespace SaasLlm.Application.Ports;

/// <summary>Tries a provider credential with the cheapest request there is (listing models).</summary>
public interface IProviderProbe
{
    /// <summary>Never throws for faults of the provider.</summary>
    /// <param name="apiBase">The base address; null: the provider's own.</param>
    Task<ProbeOutcome> TestAsync(string provider, string apiKey, Uri? apiBase, CancellationToken cancellationToken);
}

/// <param name="Ok">True where the provider accepted the key.</param>
/// <param name="StatusCode">The provider's HTTP status; null where it did not answer.</param>
/// <param name="Message">One sentence; never the key.</param>
/// <param name="LatencyMs">Time to the answer, in ms.</param>
public sealed record ProbeOutcome(bool Ok, int? StatusCode, string Message, int LatencyMs);
