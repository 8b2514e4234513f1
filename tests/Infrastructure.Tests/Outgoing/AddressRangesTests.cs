using System.Net;
using SaasLlm.Infrastructure.Outgoing;

namespace SaasLlm.Infrastructure.Tests.Outgoing;

internal sealed class AddressRangesTests
{
    [TestCase("1.1.1.1")]
    [TestCase("9.255.255.255")]
    [TestCase("11.0.0.0")]
    [TestCase("100.63.255.255")]
    [TestCase("100.128.0.0")]
    [TestCase("126.255.255.255")]
    [TestCase("128.0.0.0")]
    [TestCase("169.253.255.255")]
    [TestCase("169.255.0.0")]
    [TestCase("172.15.255.255")]
    [TestCase("172.32.0.0")]
    [TestCase("192.0.1.0")]
    [TestCase("192.167.255.255")]
    [TestCase("192.169.0.0")]
    [TestCase("198.17.255.255")]
    [TestCase("198.20.0.0")]
    [TestCase("223.255.255.255")]
    [TestCase("2606:4700:4700::1111")]
    [TestCase("2a00:1450:4001:81b::200e")]
    [TestCase("2001:4860:4860::8888")]
    [TestCase("2001:200::1")]
    [TestCase("::ffff:1.1.1.1")]
    [TestCase("64:ff9b::1.1.1.1")]
    [TestCase("2002:0101:0101::1")]
    public void IsPublic_WhenTheAddressIsAnybodys_Says(string address) =>
        Assert.That(AddressRanges.IsPublic(AddressRanges.Meant(IPAddress.Parse(address))), Is.True);

    [TestCase("0.0.0.0")]
    [TestCase("0.1.2.3")]
    [TestCase("10.0.0.0")]
    [TestCase("10.255.255.255")]
    [TestCase("100.64.0.0")]
    [TestCase("100.127.255.255")]
    [TestCase("127.0.0.1")]
    [TestCase("127.255.255.255")]
    [TestCase("169.254.0.0")]
    [TestCase("169.254.169.254")]
    [TestCase("172.16.0.0")]
    [TestCase("172.31.255.255")]
    [TestCase("192.0.0.1")]
    [TestCase("192.0.2.1")]
    [TestCase("192.88.99.1")]
    [TestCase("192.168.0.0")]
    [TestCase("192.168.255.255")]
    [TestCase("198.18.0.0")]
    [TestCase("198.19.255.255")]
    [TestCase("198.51.100.7")]
    [TestCase("203.0.113.7")]
    [TestCase("224.0.0.1")]
    [TestCase("239.255.255.255")]
    [TestCase("240.0.0.1")]
    [TestCase("255.255.255.255")]
    [TestCase("::")]
    [TestCase("::1")]
    [TestCase("::7f00:1")] // IPv4-compatible
    [TestCase("::ffff:127.0.0.1")]
    [TestCase("::ffff:10.0.0.1")]
    [TestCase("::ffff:169.254.169.254")]
    [TestCase("64:ff9b::10.0.0.1")]
    [TestCase("64:ff9b::169.254.169.254")]
    [TestCase("64:ff9b:1::1")] // local NAT64
    [TestCase("2002:0a00:0001::1")] // 6to4 of 10.0.0.1
    [TestCase("2002:7f00:0001::1")]
    [TestCase("100::1")]
    [TestCase("2001::1")] // Teredo
    [TestCase("2001:2::1")] // benchmarks
    [TestCase("2001:10::1")]
    [TestCase("2001:db8::1")]
    [TestCase("3fff::1")]
    [TestCase("5f00::1")]
    [TestCase("fc00::1")]
    [TestCase("fd00:ec2::254")]
    [TestCase("fdff:ffff::1")]
    [TestCase("fe80::1")]
    [TestCase("fe80::1%3")]
    [TestCase("fec0::1")]
    [TestCase("ff02::1")]
    public void IsPublic_WhenTheAddressHasAPurposeOfItsOwn_Denies(string address) =>
        Assert.That(AddressRanges.IsPublic(AddressRanges.Meant(IPAddress.Parse(address))), Is.False);

    [TestCase("169.254.169.254")]
    [TestCase("::ffff:169.254.169.254")]
    [TestCase("64:ff9b::a9fe:a9fe")]
    [TestCase("168.63.129.16")]
    [TestCase("100.100.100.200")]
    [TestCase("fd00:ec2::254")]
    [TestCase("fd20:ce::254")]
    public void IsMetadataService_WhenACloudTellsItsSecretsThere_Says(string address) =>
        Assert.That(AddressRanges.IsMetadataService(AddressRanges.Meant(IPAddress.Parse(address))), Is.True);
}
