using System.Net;
using Microsoft.Extensions.Options;
using SaasLlm.Infrastructure.Outgoing;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Outgoing;

internal sealed class OutgoingAddressesTests
{
    [TestCase("https://api.example.com/v1", "1.1.1.1", true)]
    [TestCase("http://api.example.com/v1", "1.1.1.1", false)]
    [TestCase("https://api.example.com/v1", "1.1.1.1,2606:4700:4700::1111", true)]
    [TestCase("https://api.example.com/v1", "1.1.1.1,10.0.0.1", false)]
    [TestCase("https://api.example.com/v1", "10.0.0.1,1.1.1.1", false)]
    [TestCase("https://api.example.com/v1", "::ffff:192.168.1.1", false)]
    [TestCase("https://allowed.example.com/v1", "10.0.0.1", true)]
    [TestCase("http://ALLOWED.example.com/v1", "10.0.0.1", true)]
    [TestCase("http://not.allowed.example.com/v1", "10.0.0.1", false)]
    [TestCase("https://allowed.example.com/v1", "169.254.169.254", false)]
    [TestCase("http://api.example.com/v1", "172.20.3.4", true)]
    [TestCase("http://api.example.com/v1", "::ffff:172.20.3.4", true)]
    [TestCase("http://api.example.com/v1", "64:ff9b::172.20.3.4", true)]
    [TestCase("https://api.example.com/v1", "172.21.0.1", false)]
    [TestCase("http://api.example.com/v1", "172.20.3.4,1.1.1.1", false)]
    [TestCase("http://api.example.com/v1", "fd12::9", true)]
    [TestCase("https://api.example.com/v1", "fd13::9", false)]
    public async Task AllowAsync_WhenANameResolves_LooksAtAllThatItResolvesTo(string address, string resolved, bool allowed)
    {
        var addresses = new OutgoingAddresses(
            Options.Create(new OutgoingOptions { AllowedHosts = ["allowed.example.com"], AllowedNetworks = ["172.20.0.0/16", "fd12::/16"] }),
            (_, _) => Task.FromResult(resolved.Split(',').Select(IPAddress.Parse).ToArray()));

        Assert.That(await addresses.AllowAsync(new Uri(address), CancellationToken.None), Is.EqualTo(allowed));
    }

    [TestCase("https://127.0.0.1/")]
    [TestCase("https://localhost/")]
    [TestCase("https://2130706433/")]
    [TestCase("https://0x7f.1/")]
    [TestCase("https://0177.0.0.1/")]
    [TestCase("https://127.1/")]
    [TestCase("https://[::1]/")]
    [TestCase("https://[::ffff:127.0.0.1]/")]
    [TestCase("https://[fe80::1]/")]
    [TestCase("https://169.254.169.254/latest/meta-data")]
    [TestCase("http://1.1.1.1/")]
    public async Task AllowAsync_WhenTheAddressIsWrittenInAnyForm_SeesThroughIt(string address)
    {
        var addresses = new OutgoingAddresses(Options.Create(new OutgoingOptions()));

        Assert.That(await addresses.AllowAsync(new Uri(address), CancellationToken.None), Is.False);
    }

    [TestCase(null, null, false)]
    [TestCase(null, "127.0.0.0/8", true)]
    [TestCase("upstream.example.com", null, true)]
    [TestCase(null, "10.0.0.0/8", false)]
    public async Task ConnectAsync_WhenTheServerIsOnThisMachine_GoesThereOnlyWhereTheOperatorAllowsIt(string? host, string? network, bool allowed)
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var addresses = new OutgoingAddresses(
            Options.Create(new OutgoingOptions { AllowedHosts = host is null ? [] : [host], AllowedNetworks = network is null ? [] : [network] }),
            (_, _) => Task.FromResult(new[] { IPAddress.Loopback }));
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = addresses.ConnectAsync, UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(upstream.ApiBase) { Host = "upstream.example.com" }.Uri);

        if (allowed)
        {
            using var response = await http.SendAsync(request, CancellationToken.None);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        }
        else
        {
            var refusal = Assert.ThrowsAsync<HttpRequestException>(() => http.SendAsync(request, CancellationToken.None));
            Assert.That(refusal!.InnerException, Is.TypeOf<OutgoingAddressException>());
            Assert.That(refusal.ToString(), Does.Not.Contain("127.0.0.1"));
        }

        Assert.That(upstream.Received, Has.Count.EqualTo(allowed ? 1 : 0));
    }

    [Test]
    public async Task ConnectAsync_WhenTheNameChangesAfterTheLook_GoesToWhatWasLookedAt()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        var resolved = 0;
        var addresses = new OutgoingAddresses(
            Options.Create(new OutgoingOptions { AllowedNetworks = ["127.0.0.0/8"] }),
            (_, _) => Task.FromResult(new[] { ++resolved == 1 ? IPAddress.Loopback : IPAddress.Parse("10.0.0.1") }));
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = addresses.ConnectAsync, UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(upstream.ApiBase) { Host = "rebound.example.com" }.Uri);

        using var response = await http.SendAsync(request, CancellationToken.None);

        Assert.That((response.StatusCode, resolved), Is.EqualTo((HttpStatusCode.OK, 1)));
    }

    [TestCase("10.0.0.0/8", true)]
    [TestCase("fd12::/16", true)]
    [TestCase("10.0.0.0", false)]
    [TestCase("10.0.0.0/33", false)]
    [TestCase("internal", false)]
    public void AreNetworks_WhenOneIsNone_Says(string network, bool valid) =>
        Assert.That(OutgoingOptions.AreNetworks(new OutgoingOptions { AllowedNetworks = [network] }), Is.EqualTo(valid));
}
