using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm;

/// <summary>Upstreams over TLS, with a certificate of a private authority: their protocol, their connections, and who is trusted.</summary>
internal sealed class Http2Tests
{
    private readonly string _authorities = Path.GetTempFileName();
    private X509Certificate2 _authority = null!;
    private X509Certificate2 _certificate = null!;

    [OneTimeSetUp]
    public async Task MakeCertificatesAsync()
    {
        var from = DateTimeOffset.UnixEpoch.AddYears(50);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        _authority = authority.CreateSelfSigned(from, from.AddYears(80));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=upstream", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(_authority, from, from.AddYears(79), [1, 2, 3]);
        using var withKey = signed.CopyWithPrivateKey(key);
        _certificate = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        await File.WriteAllTextAsync(_authorities, _authority.ExportCertificatePem());
    }

    [OneTimeTearDown]
    public void Forget()
    {
        _authority.Dispose();
        _certificate.Dispose();
        File.Delete(_authorities);
    }

    [Test]
    public async Task SendAsync_WhenTheUpstreamSpeaksHttp2_SendsManyCallsOverOneConnection()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(_certificate, UpstreamScript.Good());
        await using var bench = Trusting();
        var model = bench.Model("a", upstream.ApiBase);
        await bench.SendAsync(GatewayBench.Request(), model);
        upstream.Answer(UpstreamScript.GoodWhen(release.Task));

        var calls = Enumerable.Range(0, 20).Select(_ => bench.SendAsync(GatewayBench.Request(), model)).ToArray();
        for (var i = 0; i < 21; i++)
            await upstream.ArrivalAsync();
        release.SetResult();

        Assert.That((await Task.WhenAll(calls)).Select(reply => reply.Error), Is.All.Null);
        Assert.That(upstream.Received.Select(request => request.Protocol), Is.All.EqualTo("HTTP/2"));
        Assert.That(upstream.Received.Select(request => request.ConnectionId).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task OpenStreamAsync_WhenTheUpstreamSpeaksHttp2_DeliversAndCancelsOneStreamAlone()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync(_certificate, UpstreamScript.Stream(StreamEnd.Hang, left, UpstreamScript.Text("a")), UpstreamScript.Good());
        await using var bench = Trusting();
        var model = bench.Model("a", upstream.ApiBase);

        await using (var stream = await bench.OpenAsync(GatewayBench.Request(), model))
            Assert.That(await stream.ReadAsync(CancellationToken.None), Is.Not.Null);
        await left.Task.WaitAsync(FakeUpstream.Patience);
        await bench.SendAsync(GatewayBench.Request(), model);

        Assert.That(upstream.Received.Select(request => request.ConnectionId).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task SendAsync_WhenTheUpstreamIsPlainHttp_StaysAtHttp11AndKeepsTheConnection()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await using var bench = new GatewayBench();
        var model = bench.Model("a", upstream.ApiBase);

        for (var i = 0; i < 3; i++)
            await bench.SendAsync(GatewayBench.Request(), model);

        Assert.That(upstream.Received.Select(request => request.Protocol), Is.All.EqualTo("HTTP/1.1"));
        Assert.That(upstream.Received.Select(request => request.ConnectionId).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task SendAsync_WhenNobodyVouchesForTheUpstream_SendsItNothing()
    {
        await using var upstream = await FakeUpstream.StartAsync(_certificate, UpstreamScript.Good());
        await using var bench = new GatewayBench(new() { ["Llm:Retries"] = "0" });

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error?.Code, upstream.Received.Count), Is.EqualTo(("upstream_failed", 0)));
    }

    [Test]
    public async Task SendAsync_WhenTheCertificateIsForAnotherName_SendsItNothing()
    {
        await using var upstream = await FakeUpstream.StartAsync(_certificate, UpstreamScript.Good());
        await using var bench = Trusting();
        var elsewhere = new UriBuilder(upstream.ApiBase) { Host = "localhost" }.Uri;

        var reply = await bench.SendAsync(GatewayBench.Request(), bench.Model("a", elsewhere));

        Assert.That((reply.Error?.Code, upstream.Received.Count), Is.EqualTo(("upstream_failed", 0)));
    }

    [Test]
    public async Task Options_WhenTheAuthoritiesAreMissing_AreRefused()
    {
        await using var bench = new GatewayBench(new() { ["Llm:CertificateAuthorities"] = "/nowhere.pem" });

        Assert.That(() => bench.Gateway, Throws.InstanceOf<OptionsValidationException>());
    }

    private GatewayBench Trusting() => new(new() { ["Llm:CertificateAuthorities"] = _authorities, ["Llm:Retries"] = "0" });
}
