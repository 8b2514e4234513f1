using Npgsql;
using SaasLlm.Application.Audit;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Tiers;

namespace SaasLlm.Infrastructure.Tests.Audit;

/// <summary>What the database promises of the audit log, whoever writes to it.</summary>
internal sealed class AuditLogTests
{
    private Node _node = null!;

    [SetUp]
    public async Task StartAsync() => _node = await Node.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [TestCase("update audit_log set actor = 'nobody'")]
    [TestCase("delete from audit_log")]
    [TestCase("truncate audit_log")]
    public async Task Entry_OnceWritten_CannotBeChanged(string sql)
    {
        await _node.DoAsync(new CreateOrganization("acme", "Acme"));

        Assert.That(() => _node.SqlAsync(sql), Throws.InstanceOf<PostgresException>().With.Message.Contains("append-only"));
    }

    [Test]
    public async Task Change_ThatNobodyAskedFor_IsTheSystems()
    {
        await _node.SqlAsync("insert into organizations (organization_id, name) values ('acme', 'Acme')");

        var entry = (await EntriesAsync()).Single();

        Assert.That((entry.ActorKind, entry.Actor, entry.UseCase, entry.RequestId), Is.EqualTo(("system", (string?)null, (string?)null, (string?)null)));
    }

    [Test]
    public async Task Session_AfterATransaction_ForgetsWhoAskedForIt()
    {
        // On one connection, as the next request of another caller may get it.
        await using var connection = await _node.Get<NpgsqlDataSource>().OpenConnectionAsync();
        await RunAsync("begin");
        await RunAsync("""select set_config('saasllm.request', '{"actor_kind":"operator","actor":"somebody"}', true)""");
        await RunAsync("insert into tiers (tier_name, rank) values ('first', 1)");
        await RunAsync("commit");
        await RunAsync("insert into tiers (tier_name, rank) values ('second', 2)");

        Assert.That((await EntriesAsync()).Select(entry => (entry.SubjectId, entry.Actor)), Is.EqualTo(new[] { ("second", null), ("first", "somebody") }));

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Test]
    public async Task MonthlyGrant_ByTheService_IsTheLedgersAlone()
    {
        await _node.DoAsync(new CreateTier("gold", 25, CreditsPerMonth: 1000));
        await _node.DoAsync(new CreateOrganization("acme", "Acme", Tier: "gold", CreditsAllocated: 100));
        await _node.DoAsync(new UpdateOrganization(Subscribed: true) { OrganizationId = "acme" });
        await _node.DoAsync(new ResetPools());

        var transfers = (await EntriesAsync()).Where(entry => entry.Subject == "credit_transfer").ToArray();

        Assert.That(transfers.Select(entry => entry.After?.GetProperty("kind").GetString()), Is.EqualTo(new[] { "allocation" }));
        Assert.That(transfers.Select(entry => entry.OrganizationId), Is.EqualTo(new[] { "acme" }));
    }

    [Test]
    public async Task Column_ThatLooksLikeASecret_IsMaskedInEveryAuditedTable()
    {
        var open = await _node.SqlAsync(
            """
            select string_agg(attribute.attrelid::regclass || '.' || attribute.attname, ', ')
            from pg_trigger as trigger
            join pg_attribute as attribute on attribute.attrelid = trigger.tgrelid and attribute.attnum > 0 and not attribute.attisdropped
            where trigger.tgname = 'audit'
            and (attribute.atttypid = 'bytea'::regtype or attribute.attname ~ '(hash|secret|password|encrypted)$')
            and position(attribute.attname in encode(trigger.tgargs, 'escape')) = 0
            """);

        Assert.That(open, Is.InstanceOf<DBNull>());
    }

    [Test]
    public async Task HotPath_OfCallsAndJobs_RunsNoTriggerOfTheLog()
    {
        var tables = (string?)await _node.SqlAsync("select string_agg(tgrelid::regclass::text, ' ') from pg_trigger where tgname = 'audit'");
        var walletColumns = (string?)await _node.SqlAsync(
            """
            select string_agg(attribute.attname, ' ')
            from pg_trigger as trigger
            join pg_attribute as attribute on attribute.attrelid = trigger.tgrelid and attribute.attnum = any(trigger.tgattr)
            where trigger.tgname = 'audit'
            and trigger.tgrelid = 'credit_accounts'::regclass
            """);

        Assert.That(tables!.Split(' '), Has.None.AnyOf("jobs", "llm_calls", "call_holds", "quota_usage", "idempotency_keys").And.Some.EqualTo("teams"));
        Assert.That(walletColumns!.Split(' '), Is.Not.Empty.And.None.AnyOf("allocated", "used", "reserved"));
    }

    private async Task<IReadOnlyList<AuditEntry>> EntriesAsync() =>
        (await _node.DoAsync(new ListAudit(Caller.Operator("test"), new AuditFilter(), new PageRequest(200, null)))).Data;
}
