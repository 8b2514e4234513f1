using System.Security.Cryptography;
using System.Text.Json;
using SaasLlm.Application.Byok;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Infrastructure.ProviderCredentials;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Byok;

/// <summary>Keys that callers bring: who may add, see and delete which, what is stored, and what calls find.</summary>
internal sealed class ByokKeyTests
{
    private const string Secret = "sk-own-0123456789abcdwxyz";

    private static readonly Caller Operator = Caller.Operator("operator");
    private static readonly Caller Service = Caller.Service("crawler", "acme");
    private static readonly Caller Ann = Caller.User("ann", "Ann", "acme", OrganizationRole.Member);
    private static readonly Caller Bob = Caller.User("bob", "Bob", "acme", OrganizationRole.Member);
    private static readonly Caller Admin = Caller.User("ada", "Ada", "acme", OrganizationRole.Admin);
    private static readonly Caller Stranger = Caller.User("ann", "Ann", "other", OrganizationRole.Owner);

    private FakeUpstream _upstream = null!;
    private Node _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, "{}"));
        _node = await Node.StartAsync(null, "Development", "Outgoing:AllowedNetworks:0=127.0.0.0/8");
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));
        await _node.DoAsync(new CreateOrganization("other", "Other"));
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _node.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Test]
    public async Task Add_WhenTheProviderAcceptsTheKey_StoresItEncryptedAndShowsItsEnd()
    {
        var added = await _node.DoAsync(Add(Ann) with { Metadata = JsonElement.Parse("""{"description":"mine"}"""), FallBackToPlatform = true });

        Assert.That((added.Provider, added.Scope, added.UserId, added.OrganizationId, added.ApiKey, added.FallBackToPlatform), Is.EqualTo(("custom", "user", "ann", "acme", "…wxyz", true)));
        Assert.That((added.ValidatedAt, added.LastUsedAt), Is.EqualTo((added.CreatedAt, default(DateTimeOffset?))));
        Assert.That(added.Metadata.GetProperty("description").GetString(), Is.EqualTo("mine"));
        Assert.That(JsonSerializer.Serialize(added), Does.Not.Contain(Secret));
        var asked = _upstream.Received.Single();
        Assert.That((asked.Method, asked.Path, asked.Headers["Authorization"]), Is.EqualTo(("GET", "/v1/models", "Bearer " + Secret)));
        Assert.That(await _node.SqlAsync("select row_to_json(byok_keys)::text || encode(api_key_encrypted, 'escape') from byok_keys"), Does.Not.Contain("0123456789"));
    }

    [TestCase(401, "byok_key_invalid", ErrorKind.Malformed, "api_key")]
    [TestCase(403, "byok_key_invalid", ErrorKind.Malformed, "api_key")]
    [TestCase(404, "byok_key_not_checked", ErrorKind.Malformed, "api_base")]
    [TestCase(302, "byok_key_not_checked", ErrorKind.Malformed, "api_base")]
    [TestCase(500, "byok_provider_unreachable", ErrorKind.UpstreamFailed, null)]
    public async Task Add_WhenTheProviderDoesNotAcceptTheKey_StoresNothing(int status, string code, ErrorKind kind, string? field)
    {
        _upstream.Answer(UpstreamScript.Error(status, message: "bad key " + Secret));

        var error = await _node.RefusedAsync(Add(Ann));

        Assert.That((error.Code, error.Kind, error.Fields?.Keys.Single()), Is.EqualTo((code, kind, field)));
        Assert.That(error.ToString(), Does.Not.Contain(Secret));
        Assert.That(await _node.SqlAsync("select count(*) from byok_keys"), Is.Zero);
    }

    [TestCase(402)]
    [TestCase(429)]
    public async Task Add_WhenTheProviderKnowsTheKeyAndWantsAPause_StoresIt(int status)
    {
        _upstream.Answer(UpstreamScript.Error(status));

        Assert.That((await _node.DoAsync(Add(Ann))).ValidatedAt, Is.Not.Null);
    }

    [Test]
    public async Task Add_WhenNobodyListens_StoresNothing()
    {
        var gone = await FakeUpstream.StartAsync(UpstreamScript.Good());
        await gone.DisposeAsync();

        var error = await _node.RefusedAsync(Add(Ann) with { ApiBase = gone.ApiBase.ToString() });

        Assert.That((error.Code, await _node.SqlAsync("select count(*) from byok_keys")), Is.EqualTo(("byok_provider_unreachable", 0L)));
    }

    [Test]
    public async Task Add_WhenNotToBeChecked_AsksNobody()
    {
        var added = await _node.DoAsync(Add(Ann) with { Validate = false });

        Assert.That((added.ValidatedAt, _upstream.Received.Count), Is.EqualTo((default(DateTimeOffset?), 0)));
    }

    [TestCase("http://10.0.0.1/v1")]
    [TestCase("https://169.254.169.254/latest")]
    [TestCase("https://[fd00:ec2::254]/v1")]
    [TestCase("https://no-such-name.invalid/v1")]
    public async Task Add_WhenTheAddressIsNotAllowed_RefusesAlsoUnchecked(string apiBase)
    {
        var error = await _node.RefusedAsync(Add(Ann) with { ApiBase = apiBase, Validate = false });

        Assert.That((error.Code, error.Fields!.Keys.Single()), Is.EqualTo(("api_base_not_allowed", "api_base")));
    }

    [TestCase("cohere", Secret, "https://x.example/v1", null, null, "provider")]
    [TestCase(null, Secret, null, null, null, "provider")]
    [TestCase("openai", "", null, null, null, "api_key")]
    [TestCase("openai", "with space", null, null, null, "api_key")]
    [TestCase("custom", Secret, null, null, null, "api_base")]
    [TestCase("azure", Secret, null, null, null, "api_base")]
    [TestCase("openai", Secret, "ftp://x.example", null, null, "api_base")]
    [TestCase("openai", Secret, "https://user@x.example", null, null, "api_base")]
    [TestCase("openai", Secret, null, "2024-10-21", null, "api_version")]
    [TestCase("azure", Secret, "https://x.example", "a&b=c", null, "api_version")]
    [TestCase("openai", Secret, null, null, "team", "scope")]
    public async Task Add_WhenAFieldIsWrong_NamesIt(string? provider, string? apiKey, string? apiBase, string? apiVersion, string? scope, string field)
    {
        var error = await _node.RefusedAsync(new AddByokKey(provider, apiKey, apiBase, apiVersion, Scope: scope) { Caller = Ann });

        Assert.That((error.Kind, error.Fields!.Keys.Single()), Is.EqualTo((ErrorKind.Validation, field)));
    }

    [Test]
    public async Task Add_ForAnOrganization_IsItsAdminsServicesAndOperators()
    {
        var organization = Add(Ann) with { Scope = "organization" };

        Assert.That((await _node.RefusedAsync(organization)).Code, Is.EqualTo("organization_admin_required"));
        Assert.That((await _node.DoAsync(organization with { Caller = Admin })).Scope, Is.EqualTo("organization"));
        Assert.That((await _node.DoAsync(organization with { Caller = Service })).UserId, Is.Null);
        Assert.That((await _node.RefusedAsync(organization with { Caller = Admin, OrganizationId = "other" })).Kind, Is.EqualTo(ErrorKind.Forbidden));
        Assert.That((await _node.RefusedAsync(Add(Operator))).Fields!.Keys, Is.EqualTo(["organization_id"]));
        Assert.That((await _node.DoAsync(Add(Operator) with { OrganizationId = "acme" })).Scope, Is.EqualTo("organization"));
        Assert.That((await _node.RefusedAsync(Add(Operator) with { OrganizationId = "none" })).Kind, Is.EqualTo(ErrorKind.NotFound));
    }

    [Test]
    public async Task Add_WhenTheOwnerHasAKeyOfTheProvider_ReplacesIt()
    {
        var first = await _node.DoAsync(Add(Ann));
        var second = await _node.DoAsync(Add(Ann) with { ApiKey = "sk-another-0123456789" });
        await _node.DoAsync(Add(Bob));

        Assert.That((await ListAsync(Ann)).Select(key => (key.KeyId, key.ApiKey)), Is.EqualTo([(second.KeyId, "…6789")]));
        Assert.That(second.KeyId, Is.Not.EqualTo(first.KeyId));
    }

    [Test]
    public async Task ListAndDelete_Always_StayWithinWhatIsTheCallers()
    {
        var own = await _node.DoAsync(Add(Ann));
        var common = await _node.DoAsync(Add(Admin) with { Scope = "organization" });

        Assert.That((await ListAsync(Ann)).Select(key => key.KeyId), Is.EqualTo([own.KeyId, common.KeyId]));
        Assert.That((await ListAsync(Bob)).Select(key => key.KeyId), Is.EqualTo([common.KeyId]));
        Assert.That(await ListAsync(Stranger), Is.Empty);
        Assert.That((await _node.DoAsync(new ListByokKeys(Operator, "acme"))).Data.Select(key => key.KeyId), Is.EqualTo([common.KeyId]));

        Assert.That((await _node.RefusedAsync(new DeleteByokKey(Bob, own.KeyId, null))).Kind, Is.EqualTo(ErrorKind.NotFound));
        Assert.That((await _node.RefusedAsync(new DeleteByokKey(Stranger, common.KeyId, null))).Kind, Is.EqualTo(ErrorKind.NotFound));
        Assert.That((await _node.RefusedAsync(new DeleteByokKey(Bob, common.KeyId, null))).Code, Is.EqualTo("organization_admin_required"));
        await _node.DoAsync(new DeleteByokKey(Ann, own.KeyId, null));
        await _node.DoAsync(new DeleteByokKey(Operator, common.KeyId, "acme"));
        Assert.That(await ListAsync(Ann), Is.Empty);
    }

    [Test]
    public async Task Find_ForAUser_PrefersTheirOwnKeyToTheOrganizations()
    {
        await _node.DoAsync(Add(Admin) with { Scope = "organization" });
        await _node.DoAsync(Add(Admin) with { Scope = "organization", Provider = "groq", ApiKey = "sk-common-groq" });
        var own = await _node.DoAsync(Add(Ann));

        var ann = await FindAsync("acme", "ann");
        Assert.That((ann.For(Model("custom"))!.KeyId, ((ByokCredential)ann.For(Model("groq"))!).Key.ApiKey), Is.EqualTo((own.KeyId, "sk-common-groq")));
        Assert.That(((ByokCredential)(await FindAsync("acme", null)).For(Model("groq"))!).Key.ApiKey, Is.EqualTo("sk-common-groq"));
        Assert.That((await FindAsync("acme", "bob")).For(Model("custom"))!.KeyId, Is.Not.EqualTo(own.KeyId));
        Assert.That((await FindAsync("other", "ann")).IsEmpty, Is.True);
    }

    [Test]
    public async Task Find_AfterADeletion_FindsNothingMore()
    {
        var key = await _node.DoAsync(Add(Ann));
        Assert.That((await FindAsync("acme", "ann")).IsEmpty, Is.False);

        await _node.DoAsync(new DeleteByokKey(Ann, key.KeyId, null));

        Assert.That((await FindAsync("acme", "ann")).IsEmpty, Is.True);
    }

    [Test]
    public async Task Find_AfterTheOrganizationWasDeletedAndMadeAnew_FindsNothing()
    {
        await _node.DoAsync(Add(Admin) with { Scope = "organization" });
        Assert.That((await FindAsync("acme", null)).IsEmpty, Is.False);

        await _node.DoAsync(new DeleteOrganization("acme"));
        await _node.DoAsync(new CreateOrganization("acme", "Another Acme"));

        Assert.That((await FindAsync("acme", null)).IsEmpty, Is.True);
    }

    [Test]
    public async Task Find_WhenTheVersionOfAzuresApiIsGiven_PutsItBehindTheAddress()
    {
        await _node.DoAsync(Add(Ann) with { Provider = "azure", ApiVersion = "2024-10-21", Validate = false });

        var key = (ByokCredential)(await FindAsync("acme", "ann")).For(Model("azure"))!;

        Assert.That(key.Key.ApiBase, Is.EqualTo(new Uri(_upstream.ApiBase + "?api-version=2024-10-21")));
    }

    [Test]
    public async Task Find_WhenTheRowWasCopiedToAnotherKey_LeavesItOut()
    {
        await _node.DoAsync(Add(Ann));
        await _node.SqlAsync("update byok_keys set key_id = '01890000-0000-7000-8000-000000000000'");

        Assert.That((await FindAsync("acme", "ann")).IsEmpty, Is.True);
    }

    [Test]
    public async Task Rewrap_AfterARotation_MovesCallersKeysToo()
    {
        var old = "Security:EncryptionKeys:old=" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var added = "Security:EncryptionKeys:new=" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        const string Allowed = "Outgoing:AllowedNetworks:0=127.0.0.0/8";
        await using var before = await Node.StartAsync(_node.ConnectionString, "Production", Allowed, old, "Security:ActiveEncryptionKey=old");
        await before.DoAsync(Add(Ann));

        await using var after = await Node.StartAsync(_node.ConnectionString, "Production", Allowed, old, added, "Security:ActiveEncryptionKey=new");
        var moved = await after.WithAsync<RewrapCredentials, int>(rewrap => rewrap.ApplyAsync(CancellationToken.None));
        await using var forgetful = await Node.StartAsync(_node.ConnectionString, "Production", added, "Security:ActiveEncryptionKey=new");

        var found = await forgetful.Get<IByokDirectory>().FindAsync("acme", "ann", CancellationToken.None);
        Assert.That((moved, ((ByokCredential?)found.For(Model("custom")))?.Key.ApiKey), Is.EqualTo((1, Secret)));
    }

    [Test]
    public async Task Use_OfAKey_IsWrittenDown()
    {
        await _node.DoAsync(Add(Ann));
        var key = (ByokCredential)(await FindAsync("acme", "ann")).For(Model("custom"))!;

        key.Used();
        key.Used();

        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        using var patience = new CancellationTokenSource(FakeUpstream.Patience);
        while ((await ListAsync(Ann)).Single().LastUsedAt is null)
            await poll.WaitForNextTickAsync(patience.Token);
    }

    private AddByokKey Add(Caller caller) => new("custom", Secret, _upstream.ApiBase.ToString()) { Caller = caller };

    private async Task<IReadOnlyList<ByokKeyResponse>> ListAsync(Caller caller) => (await _node.DoAsync(new ListByokKeys(caller, null))).Data;

    private ValueTask<ByokKeys> FindAsync(string organizationId, string? userId) =>
        _node.Get<IByokDirectory>().FindAsync(organizationId, userId, CancellationToken.None);

    private static CatalogModel Model(string provider) => new() { Alias = provider, Provider = provider, UpstreamModel = "m", Active = true };
}
