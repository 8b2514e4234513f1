using SaasLlm.Application.Organizations;
using SaasLlm.Application.ProviderCredentials;
using SaasLlm.Infrastructure.Llm;

namespace SaasLlm.Infrastructure.Tests.ProviderCredentials;

internal sealed class ProviderKeysTests
{
    private Node _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Find_ForAnOrganization_PrefersItsOwnKey()
    {
        await _node.DoAsync(new CreateProviderCredential("openai", "common", "sk-common", "https://proxy.example/v1"));
        await _node.DoAsync(new CreateProviderCredential("openai", "own", "sk-own", OrganizationId: "acme"));

        Assert.That((await FindAsync("openai", "acme"))!.ApiKey, Is.EqualTo("sk-own"));
        Assert.That((await FindAsync("openai", "other"))!.ApiKey, Is.EqualTo("sk-common"));
        Assert.That((await FindAsync("openai", "other"))!.ApiBase, Is.EqualTo(new Uri("https://proxy.example/v1")));
        Assert.That(await FindAsync("groq", "acme"), Is.Null);
    }

    [Test]
    public async Task Find_OfSeveral_GivesTheNewestActiveOne()
    {
        await _node.DoAsync(new CreateProviderCredential("openai", "old", "sk-old"));
        var newer = await _node.DoAsync(new CreateProviderCredential("openai", "new", "sk-new"));
        Assert.That((await FindAsync("openai", "acme"))!.ApiKey, Is.EqualTo("sk-new"));

        await _node.DoAsync(new UpdateProviderCredential(Active: false) { CredentialId = newer.CredentialId });

        Assert.That((await FindAsync("openai", "acme"))!.ApiKey, Is.EqualTo("sk-old"));
    }

    [Test]
    public async Task Find_AfterAChange_GivesTheNewKeyUnderAnotherIdentity()
    {
        var created = await _node.DoAsync(new CreateProviderCredential("openai", "main", "sk-before"));
        var before = await FindAsync("openai", "acme");

        await _node.DoAsync(new UpdateProviderCredential(ApiKey: "sk-after") { CredentialId = created.CredentialId });
        var after = await FindAsync("openai", "acme");
        await _node.DoAsync(new DeleteProviderCredential(created.CredentialId));

        Assert.That(after!.ApiKey, Is.EqualTo("sk-after"));
        Assert.That(after.Identity, Is.Not.EqualTo(before!.Identity));
        Assert.That(after.ToString(), Does.Not.Contain("sk-"));
        Assert.That(await FindAsync("openai", "acme"), Is.Null);
    }

    [Test]
    public async Task Find_WhenARowCannotBeDecrypted_LeavesItOutAndServesTheRest()
    {
        await _node.DoAsync(new CreateProviderCredential("openai", "main", "sk-common"));
        await _node.DoAsync(new CreateProviderCredential("groq", "main", "sk-groq"));

        // A ciphertext that was copied from another row.
        await _node.SqlAsync(
            """
            update provider_credentials
            set api_key_encrypted = (select other.api_key_encrypted from provider_credentials as other where other.provider = 'groq')
            where provider = 'openai'
            """);

        Assert.That(await FindAsync("openai", "acme"), Is.Null);
        Assert.That((await FindAsync("groq", "acme"))!.ApiKey, Is.EqualTo("sk-groq"));
    }

    private ValueTask<ProviderKey?> FindAsync(string provider, string organizationId) =>
        _node.Get<IProviderKeys>().FindAsync(provider, organizationId, default);
}
