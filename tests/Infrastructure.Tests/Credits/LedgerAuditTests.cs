using SaasLlm.Application.Credits;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Shared;

namespace SaasLlm.Infrastructure.Tests.Credits;

/// <summary>A check that never finds anything proves nothing: each is shown what it is there for.</summary>
internal sealed class LedgerAuditTests
{
    private static readonly Caller Operator = Caller.Operator("test");

    private Node _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        await _node.DoAsync(new CreateOrganization("acme", "Acme", CreditsAllocated: 100));
        await _node.DoAsync(new SetAllocation(40) { Caller = Operator, OrganizationId = "acme", UserId = "anna" });
        await MeteredCall.RecordAsync(_node, "acme", "anna", 7);
        await MeteredCall.RecordAsync(_node, "acme", null, 5);
        Assert.That(await ViolatedAsync(), Is.Empty);
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [TestCase("update llm_calls set credits = credits + 0.000001 where user_id = 'anna'", "5. A metered call", "5. What a metered call")]
    [TestCase("update llm_calls set markup_percent = 10 where user_id = 'anna'", "5. A metered call")]
    [TestCase("update llm_calls set power_multiplier = null where user_id = 'anna'", "5. A metered call")]
    [TestCase("update llm_calls set credits_written_off = 1 where user_id = 'anna'", "5. What a metered call")]
    [TestCase("update llm_calls set cost_usd = 1 where user_id = 'anna'", "5. Every call costs")]
    [TestCase("update llm_calls set account_id = (select account_id from credit_accounts where user_id is null) where user_id = 'anna'", "5. What a metered call")]
    [TestCase("update llm_calls set organization_id = 'other' where user_id = 'anna'", "6. Every call on record")]
    [TestCase("update llm_calls set user_id = 'bert' where user_id = 'anna'", "6. Every call on record")]
    [TestCase("update credit_accounts set reserved = 1 where user_id = 'anna'", "2. Wallet columns", "2. Each wallet holds")]
    [TestCase("update credit_accounts set used = 100 where user_id = 'anna'", "1. No wallet overshoots", "2. Wallet columns", "2. All accounts together")]
    [TestCase("delete from credit_transfers where kind = 'move_in'", "2. Wallet columns", "2. All accounts together", "2. Each transfer's balance_after", "2. Nothing is on its way")]
    [TestCase("delete from credit_transfers where kind = 'charge' and amount = 5", "2. Wallet columns", "2. All accounts together", "5. What a metered call", "5. A call that has ended")]
    [TestCase("insert into pool_resets (organization_id, month, granted, expired, used_before) values ('acme', '2026-01-01', 1, 0, 0)", "2. Each pool was refilled")]
    [TestCase("insert into quota_usage (organization_id, period, starts_on, calls) values ('acme', 'day', '2026-01-01', -1)", "5. No quota")]
    [TestCase(
        """
        insert into call_holds (call_id, account_id, credits, organization_id, operation, model, streamed, prompt_tokens, estimated_cost_usd, created_at, expires_at)
        select gen_random_uuid(), account_id, 1, 'acme', 'chat', 'm', false, 1, 0, now(), now() from credit_accounts where user_id = 'anna'
        """,
        "2. Each wallet holds",
        "5. A call that has ended")]
    public async Task Verify_WhenTheBooksAreFalsified_NamesWhatIsBroken(string falsification, params string[] broken)
    {
        // Without the guards of the database, which would not let it happen.
        await _node.SqlAsync("alter table quota_usage drop constraint quota_usage_calls_check");
        await _node.SqlAsync("alter table credit_accounts drop constraint credit_accounts_no_overshoot");
        await _node.SqlAsync("alter table credit_transfers disable trigger user");

        await _node.SqlAsync(falsification);

        var violated = await ViolatedAsync();
        foreach (var invariant in broken)
            Assert.That(violated, Has.Some.StartsWith(invariant));
        Assert.That(violated, Has.Count.LessThanOrEqualTo(broken.Length + 1), string.Join('\n', violated));
    }

    [Test]
    public async Task Verify_ForACallWithACallersOwnKey_WantsNoCharge()
    {
        await _node.SqlAsync(
            """
            insert into llm_calls (
                call_id, organization_id, user_id, model, status, streamed, late, prompt_tokens, usage_source, input_usd_per_million, output_usd_per_million,
                cost_usd, client_cost_usd, latency_ms, attempts, created_at, byok_key_id)
            values (gen_random_uuid(), 'acme', 'anna', 'm', 'succeeded', false, false, 1000, 'upstream', 1, 2, 0.001, 0, 1, 1, now(), gen_random_uuid())
            """);

        Assert.That(await ViolatedAsync(), Is.Empty);
    }

    private async Task<List<string>> ViolatedAsync() =>
        [.. (await _node.DoAsync(new VerifyLedger())).Checks.Where(check => check.Violations > 0).Select(check => check.Invariant)];
}
