namespace SaasLlm.Application.Ports;

/// <summary>Where requests may go whose address a caller chose.</summary>
public interface IOutgoingAddresses
{
    /// <summary>
    /// Whether a request could go there now: https to a public address, or what the operator allows. A courtesy to who enters an
    /// address, for the same is found out again whenever a connection is made. False also where the name does not resolve.
    /// </summary>
    Task<bool> AllowAsync(Uri address, CancellationToken cancellationToken);
}
