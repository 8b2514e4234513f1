using System.Security.Cryptography;
using SaasLlm.Application.ProviderCredentials;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Infrastructure.ProviderCredentials;

namespace SaasLlm.Infrastructure.Tests.ProviderCredentials;

internal sealed class RewrapCredentialsTests
{
    private static readonly string Old = "Security:EncryptionKeys:old=" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private static readonly string New = "Security:EncryptionKeys:new=" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    private Node _before = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _before = await Node.StartAsync(null, "Production", Old, "Security:ActiveEncryptionKey=old");
        for (var number = 0; number < 5; number++)
            await _before.DoAsync(new CreateProviderCredential("openai", $"key-{number}", $"sk-number-{number}"));
    }

    [TearDown]
    public async Task StopAsync() => await _before.DisposeAsync();

    [Test]
    public async Task Apply_AfterARotation_MovesEveryRowToTheActiveKey()
    {
        await using var rotating = await Node.StartAsync(_before.ConnectionString, "Production", Old, New, "Security:ActiveEncryptionKey=new");

        Assert.That(await RewrapAsync(rotating), Is.EqualTo(5));
        Assert.That(await RewrapAsync(rotating), Is.Zero);

        await using var after = await Node.StartAsync(_before.ConnectionString, "Production", New, "Security:ActiveEncryptionKey=new");
        Assert.That((await after.Get<IProviderKeys>().FindAsync("openai", "any", default))!.ApiKey, Is.EqualTo("sk-number-4"));
    }

    [Test]
    public async Task Apply_OnSeveralNodesAtOnce_MovesEachRowOnce()
    {
        await using var rotating = await Node.StartAsync(_before.ConnectionString, "Production", Old, New, "Security:ActiveEncryptionKey=new");

        var moved = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => RewrapAsync(rotating)));

        Assert.That(moved.Sum(), Is.EqualTo(5));
        Assert.That((await rotating.Get<IProviderKeys>().FindAsync("openai", "any", default))!.ApiKey, Is.EqualTo("sk-number-4"));
    }

    [Test]
    public async Task Apply_WhenTheOldKeyIsGone_LeavesTheRowsAsTheyAre()
    {
        await using var forgetful = await Node.StartAsync(_before.ConnectionString, "Production", New, "Security:ActiveEncryptionKey=new");

        Assert.That(await RewrapAsync(forgetful), Is.Zero);
        Assert.That((await _before.Get<IProviderKeys>().FindAsync("openai", "any", default))!.ApiKey, Is.EqualTo("sk-number-4"));
    }

    private static Task<int> RewrapAsync(Node node) =>
        node.WithAsync<RewrapCredentials, int>(rewrap => rewrap.ApplyAsync(CancellationToken.None));
}
