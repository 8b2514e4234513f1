using System.Text;
using System.Text.Json;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.ProviderCredentials;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Tests.ProviderCredentials;

internal sealed class ProviderCredentialTests
{
    private const string Key = "sk-upstream-secret-1234";

    private static readonly CreateProviderCredential OpenAi = new("openai", "main", Key);

    private Node _node = null!;

    [SetUp]
    public async Task StartAsync() => _node = await Node.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Create_WithAKey_ShowsItsEndAndStoresItEncrypted()
    {
        var created = await _node.DoAsync(OpenAi);

        var stored = (byte[])(await _node.SqlAsync("select api_key_encrypted from provider_credentials"))!;
        Assert.That(created.Last4, Is.EqualTo("1234"));
        Assert.That(JsonSerializer.Serialize(created), Does.Not.Contain("secret"));
        Assert.That(Encoding.Latin1.GetString(stored), Does.Not.Contain("secret"));
        Assert.That(await _node.DoAsync(new GetProviderCredential(created.CredentialId)), Is.EqualTo(created));
    }

    [Test]
    public async Task Create_WithTheNameOfAnother_SaysAlreadyExists()
    {
        await _node.DoAsync(OpenAi);

        Assert.That((await _node.RefusedAsync(OpenAi)).Message, Does.Contain("already exists"));
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));
        await _node.DoAsync(OpenAi with { OrganizationId = "acme" });
    }

    [Test]
    public async Task Create_ForAnOrganizationThatIsNotThere_IsNotFound()
    {
        await _node.DoAsync(new CreateOrganization("gone", "Gone"));
        await _node.DoAsync(new DeleteOrganization("gone"));

        Assert.That((await _node.RefusedAsync(OpenAi with { OrganizationId = "none" })).Code, Is.EqualTo("organization_not_found"));
        Assert.That((await _node.RefusedAsync(OpenAi with { OrganizationId = "gone" })).Code, Is.EqualTo("organization_not_found"));
    }

    [TestCase("custom")]
    [TestCase("ollama")]
    [TestCase("vllm")]
    [TestCase("azure")]
    [TestCase("litellm")]
    public async Task Create_ForAProviderWithoutAnAddressOfItsOwn_AsksForOne(string provider)
    {
        var error = await _node.RefusedAsync(OpenAi with { Provider = provider });

        Assert.That(error.Fields, Does.ContainKey("api_base"));
        await _node.DoAsync(OpenAi with { Provider = provider, ApiBase = "http://localhost:11434/v1" });
    }

    [Test]
    public async Task Create_InProductionWithoutARing_SaysWhatToSet()
    {
        await using var production = await Node.StartAsync(environment: "Production");

        var error = await production.RefusedAsync(OpenAi);

        Assert.That((error.Code, error.Kind), Is.EqualTo(("encryption_not_configured", ErrorKind.Conflict)));
        Assert.That(error.Message, Does.Contain("Security:EncryptionKeys").And.Contain("Security:ActiveEncryptionKey"));
    }

    [Test]
    public async Task Update_WhenFieldsAreAbsent_LeavesThem()
    {
        var created = await _node.DoAsync(OpenAi with { ApiBase = "https://proxy.example/v1" });

        var renamed = await _node.DoAsync(new UpdateProviderCredential("second") { CredentialId = created.CredentialId });
        var rotated = await _node.DoAsync(new UpdateProviderCredential(ApiKey: "sk-another-key-9876") { CredentialId = created.CredentialId });
        var direct = await _node.DoAsync(new UpdateProviderCredential(ApiBase: "", Active: false) { CredentialId = created.CredentialId });

        Assert.That((renamed.CredentialName, renamed.Last4, renamed.ApiBase), Is.EqualTo(("second", "1234", "https://proxy.example/v1")));
        Assert.That(rotated.Last4, Is.EqualTo("9876"));
        Assert.That((direct.ApiBase, direct.Active, direct.CredentialName), Is.EqualTo(((string?)null, false, "second")));
    }

    [Test]
    public async Task Update_ToATakenNameOrWithoutANeededAddress_ChangesNothing()
    {
        await _node.DoAsync(OpenAi with { Provider = "vllm", ApiBase = "http://gpu:8000/v1" });
        var second = await _node.DoAsync(OpenAi with { Provider = "vllm", CredentialName = "second", ApiBase = "http://gpu:8000/v1" });

        var taken = await _node.RefusedAsync(new UpdateProviderCredential("main") { CredentialId = second.CredentialId });
        var homeless = await _node.RefusedAsync(new UpdateProviderCredential(ApiBase: "") { CredentialId = second.CredentialId });

        Assert.That(taken.Kind, Is.EqualTo(ErrorKind.AlreadyExists));
        Assert.That(homeless.Fields, Does.ContainKey("api_base"));
        Assert.That(await _node.DoAsync(new GetProviderCredential(second.CredentialId)), Is.EqualTo(second));
    }

    [Test]
    public async Task EveryUseCase_WhenThereIsNone_IsNotFound()
    {
        var id = Guid.CreateVersion7();

        Assert.That((await _node.RefusedAsync(new GetProviderCredential(id))).Kind, Is.EqualTo(ErrorKind.NotFound));
        Assert.That((await _node.RefusedAsync(new UpdateProviderCredential(Active: true) { CredentialId = id })).Kind, Is.EqualTo(ErrorKind.NotFound));
        Assert.That((await _node.RefusedAsync(new DeleteProviderCredential(id))).Kind, Is.EqualTo(ErrorKind.NotFound));
    }

    [Test]
    public async Task List_ByPages_GivesEachOnce()
    {
        var one = await _node.DoAsync(OpenAi);
        var two = await _node.DoAsync(OpenAi with { CredentialName = "second" });

        var first = await _node.DoAsync(new ListProviderCredentials(new PageRequest(1, null)));
        var second = await _node.DoAsync(new ListProviderCredentials(new PageRequest(1, first.NextCursor)));
        var error = await _node.RefusedAsync(new ListProviderCredentials(new PageRequest(1, PageCursor.Encode("no id"))));

        Assert.That(first.ProviderCredentials.Concat(second.Data), Is.EqualTo(new[] { one, two }));
        Assert.That(error.Fields, Does.ContainKey("cursor"));
    }
}
