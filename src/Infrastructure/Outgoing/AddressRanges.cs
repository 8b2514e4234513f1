using System.Net;
using System.Net.Sockets;

namespace SaasLlm.Infrastructure.Outgoing;

/// <summary>Which addresses are anybody's on the internet, after IANA's registries of special-purpose addresses.</summary>
internal static class AddressRanges
{
    private static readonly IPNetwork[] NotPublicV4 = Networks(
        "0.0.0.0/8", // this network
        "10.0.0.0/8", // private
        "100.64.0.0/10", // carrier-grade NAT
        "127.0.0.0/8", // loopback
        "169.254.0.0/16", // link-local
        "172.16.0.0/12", // private
        "192.0.0.0/24", // protocol assignments
        "192.0.2.0/24", // documentation
        "192.88.99.0/24", // 6to4 relays
        "192.168.0.0/16", // private
        "198.18.0.0/15", // benchmarks
        "198.51.100.0/24", // documentation
        "203.0.113.0/24", // documentation
        "224.0.0.0/4", // multicast
        "240.0.0.0/4"); // reserved, broadcast

    /// <summary>All of IPv6 that is handed out for use on the internet; everything else has a purpose of its own.</summary>
    private static readonly IPNetwork GlobalV6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] NotPublicV6 = Networks(
        "2001::/23", // protocol assignments, Teredo among them
        "2001:db8::/32", // documentation
        "3fff::/20"); // documentation

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>Where clouds tell a machine its secrets. Azure's stands among public addresses.</summary>
    private static readonly HashSet<IPAddress> MetadataServices =
    [
        IPAddress.Parse("169.254.169.254"), // most of them
        IPAddress.Parse("169.254.170.2"), // Amazon, containers
        IPAddress.Parse("169.254.170.23"), // Amazon, pods
        IPAddress.Parse("fd00:ec2::254"), // Amazon
        IPAddress.Parse("fd00:ec2::23"), // Amazon, pods
        IPAddress.Parse("fd20:ce::254"), // Google
        IPAddress.Parse("168.63.129.16"), // Azure
        IPAddress.Parse("100.100.100.200"), // Alibaba
        IPAddress.Parse("192.0.0.192"), // Oracle
    ];

    /// <summary>The IPv4 address that is meant by one of IPv6 which only carries it (mapped, NAT64, 6to4); else the address itself.</summary>
    public static IPAddress Meant(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return address;
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (Nat64.Contains(address))
            return new IPAddress(address.GetAddressBytes().AsSpan(12, 4));

        return SixToFour.Contains(address) ? new IPAddress(address.GetAddressBytes().AsSpan(2, 4)) : address;
    }

    /// <param name="address">As <see cref="Meant"/> gives it.</param>
    public static bool IsPublic(IPAddress address) => address.AddressFamily switch
    {
        AddressFamily.InterNetwork => !Array.Exists(NotPublicV4, network => network.Contains(address)),
        AddressFamily.InterNetworkV6 => GlobalV6.Contains(address) && !Array.Exists(NotPublicV6, network => network.Contains(address)),
        _ => false,
    };

    /// <param name="address">As <see cref="Meant"/> gives it.</param>
    public static bool IsMetadataService(IPAddress address) => MetadataServices.Contains(address);

    private static IPNetwork[] Networks(params string[] networks) => [.. networks.Select(network => IPNetwork.Parse(network))];
}
