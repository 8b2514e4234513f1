using SaasLlm.Application.Identities;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Infrastructure.Identities;

namespace SaasLlm.Infrastructure.Tests.Identities;

internal sealed class IdentityDirectoryTests
{
    private Node _node = null!;

    [SetUp]
    public async Task StartAsync() => _node = await Node.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task FindByKey_WhenUnknown_IsAnsweredFromMemoryUntilAKeyIsAnnounced()
    {
        var (user, directory) = (await CreateMemberAsync(), _node.Get<IIdentityDirectory>());
        var key = UserKey.Create();
        Assert.That(await directory.FindByKeyAsync(key.Hash, CancellationToken.None), Is.Null);

        // Behind the service's back: whoever asked the database again would find it.
        await _node.SqlAsync($"""
            insert into user_api_keys (key_id, user_id, organization_id, name, key_hash, display)
            values (gen_random_uuid(), '{user}', 'org', 'test', decode('{key.Hash}', 'hex'), '')
            """);
        Assert.That(await directory.FindByKeyAsync(key.Hash, CancellationToken.None), Is.Null);

        _node.Get<IdentityDirectory>().Drop(ChangedThing.UserKey, key.Hash);
        Assert.That((await directory.FindByKeyAsync(key.Hash, CancellationToken.None))?.User.UserId, Is.EqualTo(user));
    }

    [Test]
    public async Task FindUser_WhenUnknown_IsAnsweredFromMemoryUntilTheyAreCreated()
    {
        var directory = _node.Get<IIdentityDirectory>();
        Assert.That(await directory.FindUserAsync("late", CancellationToken.None), Is.Null);

        await _node.DoAsync(new CreateUser("late", "late@example.com"));

        Assert.That(await directory.FindUserAsync("late", CancellationToken.None), Is.Not.Null);
    }

    [Test]
    public async Task FindUser_WithMemberships_HasTheOldestFirstAndKnowsWhichAreSuspended()
    {
        var user = await CreateMemberAsync();
        await _node.DoAsync(new CreateOrganization("another", "Another"));
        await _node.DoAsync(new AddMember(user, "owner") { Caller = Caller.Operator("test"), OrganizationId = "another" });
        await _node.DoAsync(new SuspendOrganization("org", Suspended: true));

        var access = await _node.Get<IIdentityDirectory>().FindUserAsync(user, CancellationToken.None);

        Assert.That(access!.Memberships.Select(membership => (membership.OrganizationId, membership.OrganizationActive)), Is.EqualTo(new[] { ("org", false), ("another", true) }));
        Assert.That(access.In("another")!.Role, Is.EqualTo(Domain.Organizations.OrganizationRole.Owner));
    }

    [Test]
    public void KeyUse_WhenNotedOften_IsWrittenOnceInEachInterval()
    {
        var use = new KeyUse(Guid.CreateVersion7());

        var noted = new long[] { 1, 2, 60, 61, 62, 121 }.Where(now => use.TryNote(now, 60)).ToArray();

        Assert.That(noted, Is.EqualTo(new long[] { 1, 61, 121 }));
    }

    private async Task<string> CreateMemberAsync()
    {
        await _node.DoAsync(new CreateOrganization("org", "Test"));
        await _node.DoAsync(new CreateUser("alice", "alice@example.com"));
        await _node.DoAsync(new AddMember("alice") { Caller = Caller.Operator("test"), OrganizationId = "org" });
        return "alice";
    }
}
