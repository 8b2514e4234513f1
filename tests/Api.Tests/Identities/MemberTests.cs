using System.Net;
using System.Net.Http.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Identities;

internal sealed class MemberTests
{
    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Members_WhenAddedAndChanged_AreListedWithTheirRoles()
    {
        var organization = await _service.CreateOrganizationAsync();
        var (first, second) = (await _service.CreateUserAsync(), await _service.CreateUserAsync());
        await _service.JoinAsync(organization, first, "owner");
        await _service.JoinAsync(organization, second);

        var changed = await (await _service.Operator.PutAsJsonAsync($"/api/organizations/{organization}/members/{second}", new { role = "admin" })).JsonAsync();
        var listed = await _service.Operator.GetOkAsync($"/api/organizations/{organization}/members");

        Assert.That(changed.GetProperty("role").GetString(), Is.EqualTo("admin"));
        Assert.That(
            listed.GetProperty("members").EnumerateArray().Select(member => (member.GetProperty("user_id").GetString(), member.GetProperty("role").GetString())),
            Is.EquivalentTo(new[] { (first, "owner"), (second, "admin") }));
    }

    [Test]
    public async Task AddMember_WhenUserOrOrganizationIsUnknown_Answers404()
    {
        var (organization, user) = (await _service.CreateOrganizationAsync(), await _service.CreateUserAsync());

        Assert.That((await AddAsync(_service.Operator, organization, "nobody")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await AddAsync(_service.Operator, "nowhere", user)).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await AddAsync(_service.Operator, organization, user, "king")).StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((await AddAsync(_service.Operator, organization, user)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await AddAsync(_service.Operator, organization, user)).StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
    }

    [Test]
    public async Task Admin_InTheirOrganization_ManagesMembersButNoOwners()
    {
        var admin = await _service.SignInMemberAsync(role: "admin");
        var organization = admin.OrganizationId;
        var (owner, user) = (await _service.CreateUserAsync(), await _service.CreateUserAsync());
        await _service.JoinAsync(organization, owner, "owner");

        Assert.That((await AddAsync(admin.Client, organization, user)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await ChangeAsync(admin.Client, organization, user, "admin")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await (await ChangeAsync(admin.Client, organization, user, "owner")).CodeAsync(), Is.EqualTo("owner_required"));
        Assert.That(await (await ChangeAsync(admin.Client, organization, admin.UserId, "owner")).CodeAsync(), Is.EqualTo("owner_required"));
        Assert.That(await (await ChangeAsync(admin.Client, organization, owner, "member")).CodeAsync(), Is.EqualTo("owner_required"));
        Assert.That(await (await RemoveAsync(admin.Client, organization, owner)).CodeAsync(), Is.EqualTo("owner_required"));
        Assert.That(await (await AddAsync(admin.Client, organization, await _service.CreateUserAsync(), "owner")).CodeAsync(), Is.EqualTo("owner_required"));
        Assert.That((await RemoveAsync(admin.Client, organization, user)).StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Member_WithoutARole_ManagesNobody()
    {
        var member = await _service.SignInMemberAsync();
        var other = await _service.CreateOrganizationAsync();

        Assert.That((await member.Client.GetAsync($"/api/organizations/{member.OrganizationId}/members")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await ChangeAsync(member.Client, member.OrganizationId, member.UserId, "admin")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await member.Client.GetAsync($"/api/organizations/{other}/members")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound), "it is not theirs to know");
    }

    [Test]
    public async Task Service_WithItsKey_ManagesNobody()
    {
        using var service = _service.Client("sk-loopnet-service-key-2025");

        Assert.That((await service.GetAsync("/api/organizations/org_loopnet_leads/members")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task LastOwner_WhoeverAsks_Stays()
    {
        var owner = await _service.SignInMemberAsync(role: "owner");

        Assert.That(await (await RemoveAsync(_service.Operator, owner.OrganizationId, owner.UserId)).CodeAsync(), Is.EqualTo("last_owner"));
        Assert.That(await (await ChangeAsync(owner.Client, owner.OrganizationId, owner.UserId, "member")).CodeAsync(), Is.EqualTo("last_owner"));
    }

    [Test]
    public async Task Owners_WhoRemoveEachOtherAtOnce_LeaveOne()
    {
        for (var round = 0; round < 5; round++)
        {
            var first = await _service.SignInMemberAsync(role: "owner");
            var second = await _service.SignInMemberAsync(first.OrganizationId, "owner");

            await Task.WhenAll(
                RemoveAsync(first.Client, first.OrganizationId, second.UserId), RemoveAsync(second.Client, first.OrganizationId, first.UserId));

            var members = await _service.Operator.GetOkAsync($"/api/organizations/{first.OrganizationId}/members");
            Assert.That(members.GetProperty("members").GetArrayLength(), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task RemovedMember_WithKeyAndSession_IsRefusedAtOnce()
    {
        var member = await _service.SignInMemberAsync();
        using var program = _service.Client((await member.CreateKeyAsync()).Key);
        await member.Client.GetOkAsync("/v1/api-keys");

        await RemoveAsync(_service.Operator, member.OrganizationId, member.UserId);

        Assert.That(await (await member.Client.GetAsync("/v1/api-keys")).CodeAsync(), Is.EqualTo("no_organization"));
        Assert.That(await (await program.GetAsync("/v1/api-keys")).CodeAsync(), Is.EqualTo("not_a_member"));
    }

    [Test]
    public async Task DeletedOrganization_WhenItsIdIsTakenAgain_HasNoMembersAndNoKeys()
    {
        var member = await _service.SignInMemberAsync(role: "owner");
        var key = (await member.CreateKeyAsync()).Key;
        using var program = _service.Client(key);
        await program.GetOkAsync("/api/auth/me");

        await _service.Operator.DeleteAsync($"/api/organizations/{member.OrganizationId}");
        await _service.Operator.PostOkAsync("/api/organizations/create", new { organization_id = member.OrganizationId, name = "Another" });
        await _service.JoinAsync(member.OrganizationId, member.UserId);

        Assert.That((await program.GetAsync("/api/auth/me")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await member.MeAsync()).GetProperty("role").GetString(), Is.EqualTo("member"));
    }

    private static Task<HttpResponseMessage> AddAsync(HttpClient client, string organization, string user, string role = "member") =>
        client.PostAsJsonAsync($"/api/organizations/{organization}/members", new { user_id = user, role });

    private static Task<HttpResponseMessage> ChangeAsync(HttpClient client, string organization, string user, string role) =>
        client.PutAsJsonAsync($"/api/organizations/{organization}/members/{user}", new { role });

    private static Task<HttpResponseMessage> RemoveAsync(HttpClient client, string organization, string user) =>
        client.DeleteAsync($"/api/organizations/{organization}/members/{user}");
}
