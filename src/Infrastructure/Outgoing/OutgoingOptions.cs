using System.Net;

namespace SaasLlm.Infrastructure.Outgoing;

/// <summary>Where requests may go whose address a caller chose: configuration section <c>Outgoing</c>.</summary>
public sealed record OutgoingOptions
{
    public const string Section = "Outgoing";

    /// <summary>Host names that are trusted whatever they resolve to, over http as well; default none. Compared as a whole, without regard to case.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Networks in CIDR notation (<c>10.1.0.0/16</c>, <c>fd12::/16</c>) that are trusted, over http as well; default none.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    internal static bool AreNetworks(OutgoingOptions options) => options.AllowedNetworks.All(network => IPNetwork.TryParse(network, out _));
}
