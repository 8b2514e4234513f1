using SaasLlm.Application.Credits;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.Tests.Credits;

internal sealed class OrganizationCreditsTests
{
    private static readonly Caller Operator = Caller.Operator("test");
    private static readonly Caller Admin = Caller.User("ada", "Ada", "acme", OrganizationRole.Admin);
    private static readonly Caller Member = Caller.User("max", "Max", "acme", OrganizationRole.Member);
    private static readonly Caller Service = Caller.Service("acme-service", "acme");
    private static readonly Caller Stranger = Caller.User("sam", "Sam", "other", OrganizationRole.Owner);

    private Node _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        await _node.DoAsync(new CreateOrganization("acme", "Acme", CreditsAllocated: 100));
        await _node.DoAsync(new CreateOrganization("other", "Other"));
    }

    [TearDown]
    public async Task StopAsync()
    {
        var report = await _node.DoAsync(new VerifyLedger());
        await _node.DisposeAsync();
        Assert.That(report.Checks.Where(check => check.Violations > 0), Is.Empty);
    }

    [Test]
    public async Task SetAllocation_WhenItGrowsAndShrinks_MovesTheDifference()
    {
        Assert.That((await AllocateAsync(40)).CreditsAvailable, Is.EqualTo(40));
        Assert.That((await PoolAsync()).CreditsAvailable, Is.EqualTo(60));

        await AllocateAsync(40);
        await AllocateAsync(10.5m);

        var pool = await PoolAsync();
        Assert.That(pool.CreditsAvailable, Is.EqualTo(89.5m));
        Assert.That(pool.Allocations.Select(allocation => (allocation.UserId, allocation.CreditsAllocated)), Is.EqualTo(new[] { ("max", 10.5m) }));
        var moves = await _node.DoAsync(new ListOrganizationTransactions(Admin, "acme", "max", new PageRequest(null, null)));
        Assert.That(moves.Data.Select(entry => (entry.Kind, entry.Amount)), Is.EqualTo(new[] { ("move_out", 29.5m), ("move_in", 40m) }));
    }

    [Test]
    public async Task SetAllocation_WhenItIsUsed_NeverFallsBelowThat()
    {
        await AllocateAsync(40);
        await MeteredCall.RecordAsync(_node, "acme", "max", 30);

        var error = await _node.RefusedAsync(Allocation(29.999999m, Admin));
        var emptied = await AllocateAsync(0);

        Assert.That(error.Kind, Is.EqualTo(ErrorKind.Conflict));
        Assert.That(error.Message, Does.Contain("30").And.Contain("29.999999"));
        Assert.That((emptied.CreditsAllocated, emptied.CreditsAvailable), Is.EqualTo((30m, 0m)));
        Assert.That((await PoolAsync()).CreditsAvailable, Is.EqualTo(70));
    }

    [Test]
    public async Task SetAllocation_WhenThePoolHasLess_ChangesNothing()
    {
        var error = await _node.RefusedAsync(Allocation(100.000001m, Admin));

        Assert.That(error.Kind, Is.EqualTo(ErrorKind.Conflict));
        Assert.That((await PoolAsync()).Allocations, Is.Empty, "nor is a wallet opened that would take the user's calls away from the pool");
    }

    [Test]
    public async Task Find_AfterAnAllocation_GivesItAtOnce()
    {
        var payers = _node.Get<IPayerDirectory>();
        var before = await payers.FindAsync("acme", "max", CancellationToken.None);
        await _node.DoAsync(new SetPoolHoldPolicy("strict") { Caller = Admin, OrganizationId = "acme" });
        var strict = await payers.FindAsync("acme", "max", CancellationToken.None);

        await AllocateAsync(10);
        var after = await payers.FindAsync("acme", "max", CancellationToken.None);
        await _node.DoAsync(Allocation(10, Admin) with { HoldPolicy = "strict" });
        var afterwards = await payers.FindAsync("acme", "max", CancellationToken.None);

        Assert.That((before!.IsPool, before.HoldPolicy), Is.EqualTo((true, HoldPolicy.Elastic)));
        Assert.That((strict!.IsPool, strict.HoldPolicy), Is.EqualTo((true, HoldPolicy.Strict)));
        Assert.That((after!.IsPool, after.HoldPolicy), Is.EqualTo((false, HoldPolicy.Elastic)));
        Assert.That(after.AccountId, Is.Not.EqualTo(before.AccountId));
        Assert.That(afterwards!.HoldPolicy, Is.EqualTo(HoldPolicy.Strict));
    }

    [Test]
    public async Task EveryUseCase_ForAMemberOrService_IsForbidden()
    {
        foreach (var caller in new[] { Member, Service })
            Assert.That(await RefusalsAsync(caller), Has.All.EqualTo(ErrorKind.Forbidden));
    }

    [Test]
    public async Task EveryUseCase_ForAnotherOrganizationsOwner_IsNotFound() =>
        Assert.That(await RefusalsAsync(Stranger), Has.All.EqualTo(ErrorKind.NotFound));

    [Test]
    public async Task EveryUseCase_WhenThereIsNoSuchOrganizationOrUser_IsNotFound()
    {
        Assert.That((await _node.RefusedAsync(new AddOrganizationCredits(Operator, "none", 1, null, null))).Kind, Is.EqualTo(ErrorKind.NotFound));
        Assert.That((await _node.RefusedAsync(new GetOrganizationCredits(Operator, "none", new PageRequest(null, null)))).Kind, Is.EqualTo(ErrorKind.NotFound));
        Assert.That((await _node.RefusedAsync(Allocation(1, Operator) with { OrganizationId = "none" })).Kind, Is.EqualTo(ErrorKind.NotFound));
        Assert.That(
            (await _node.RefusedAsync(new SetPoolHoldPolicy("strict") { Caller = Operator, OrganizationId = "none" })).Kind, Is.EqualTo(ErrorKind.NotFound));
        Assert.That(
            (await _node.RefusedAsync(new ListOrganizationTransactions(Operator, "acme", "nobody", new PageRequest(null, null)))).Kind,
            Is.EqualTo(ErrorKind.NotFound));
    }

    [TestCase("-1", null)]
    [TestCase("0.0000001", null)]
    [TestCase(null, null)]
    [TestCase("1", "loose")]
    public async Task SetAllocation_WhenAValueIsOdd_IsAValidationError(string? credits, string? holdPolicy)
    {
        var command = Allocation(0, Operator) with
        {
            Credits = credits is null ? null : decimal.Parse(credits, System.Globalization.CultureInfo.InvariantCulture),
            HoldPolicy = holdPolicy,
        };

        Assert.That((await _node.RefusedAsync(command)).Kind, Is.EqualTo(ErrorKind.Validation));
    }

    [Test]
    public async Task AddCredits_UnderOneKey_GrantsOnce()
    {
        var adds = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ =>
            _node.DoAsync(new AddOrganizationCredits(Operator, "acme", 7, "bought", "key-1"))));

        Assert.That(adds.Select(add => add.TransactionId).Distinct().Count(), Is.EqualTo(1));
        Assert.That((await PoolAsync()).CreditsAvailable, Is.EqualTo(107));
        Assert.That((await _node.RefusedAsync(new AddOrganizationCredits(Operator, "other", 7, "bought", "key-1"))).Kind, Is.EqualTo(ErrorKind.Validation));
    }

    [Test]
    public async Task DeleteOrganization_WhenItHasCredits_LeavesNoneToWhoTakesTheId()
    {
        await AllocateAsync(40);
        await _node.DoAsync(new DeleteOrganization("acme"));

        await _node.DoAsync(new CreateOrganization("acme", "Acme", CreditsAllocated: 1));

        Assert.That((await PoolAsync()).CreditsAvailable, Is.EqualTo(1));
        Assert.That((await PoolAsync()).Allocations.Sum(allocation => allocation.CreditsAvailable), Is.Zero);
    }

    [Test]
    public async Task GetCredits_ByPages_GivesEachAllocationOnce()
    {
        foreach (var user in new[] { "c", "a", "b" })
            await _node.DoAsync(Allocation(1, Admin) with { UserId = user });

        var first = await _node.DoAsync(new GetOrganizationCredits(Admin, "acme", new PageRequest(2, null)));
        var second = await _node.DoAsync(new GetOrganizationCredits(Admin, "acme", new PageRequest(2, first.NextCursor)));

        Assert.That(first.Allocations.Concat(second.Allocations).Select(allocation => allocation.UserId), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(second.NextCursor, Is.Null);
    }

    private static SetAllocation Allocation(decimal credits, Caller caller) => new(credits) { Caller = caller, OrganizationId = "acme", UserId = "max" };

    private Task<AllocationResponse> AllocateAsync(decimal credits) => _node.DoAsync(Allocation(credits, Admin));

    private Task<OrganizationCreditsResponse> PoolAsync() => _node.DoAsync(new GetOrganizationCredits(Admin, "acme", new PageRequest(null, null)));

    private async Task<ErrorKind[]> RefusalsAsync(Caller caller) =>
    [
        (await _node.RefusedAsync(Allocation(1, caller))).Kind,
        (await _node.RefusedAsync(new GetOrganizationCredits(caller, "acme", new PageRequest(null, null)))).Kind,
        (await _node.RefusedAsync(new ListOrganizationTransactions(caller, "acme", null, new PageRequest(null, null)))).Kind,
        (await _node.RefusedAsync(new SetPoolHoldPolicy("strict") { Caller = caller, OrganizationId = "acme" })).Kind,
    ];
}
