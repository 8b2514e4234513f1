using System.Net;
using System.Net.Http.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Credits;

internal sealed class AutoRefillTests
{
    private const int Teams = 300;

    [Test]
    public async Task Refill_WhenThreeProcessesRunIt_GrantsEachPeriodOnce()
    {
        await using var service = await ServiceUnderTest.StartAsync(null, "Credits:GrantIntervalSeconds=3600");
        await service.ScalarAsync(
            $"""
            with organization as (
                insert into organizations (organization_id, name) values ('acme', 'Acme') returning organization_id
            ),
            team as (
                insert into teams (team_id, organization_id, team_alias, status)
                select 'team-' || number, organization_id, 'x', case when number = 1 then 'suspended' else 'active' end
                from organization cross join generate_series(1, {Teams}) as number
                returning team_id
            )
            insert into credit_accounts (account_id, team_id) select gen_random_uuid(), team_id from team returning 1
            """);

        // Three days are due for each: today and the two before it.
        await service.ScalarAsync(
            """
            insert into auto_refills (team_id, enabled, credits, period, next_on)
            select team_id, true, 2.5, 'daily', (now() at time zone 'utc')::date - 2 from teams returning 1
            """);
        var processes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ServiceProcess.StartAsync(service.ConnectionString, "Credits:GrantIntervalSeconds=1")));
        await Eventually.IsTrueAsync(async () => await service.ScalarAsync("select bool_and(next_on > (now() at time zone 'utc')::date) from auto_refills") is true);

        Assert.That(await service.ScalarAsync("select count(*) from credit_transfers where kind = 'refill'"), Is.EqualTo((Teams - 1) * 3));
        Assert.That(await service.ScalarAsync("select count(*) from credit_accounts where allocated = 7.5"), Is.EqualTo(Teams - 1));
        Assert.That(await service.ScalarAsync("select allocated from credit_accounts where team_id = 'team-1'"), Is.Zero, "a suspended team is not refilled");
        await service.VerifyLedgerAsync();
        foreach (var process in processes)
            await process.DisposeAsync();
    }

    [Test]
    public async Task Configure_Always_SaysWhenTheNextRefillIs()
    {
        await using var service = await ServiceUnderTest.StartAsync();
        var team = await service.CreateTeamAsync();
        var path = $"/api/credits/teams/{team.TeamId}/";

        var before = await service.Operator.GetOkAsync(path + "auto-refill");
        var enabled = await service.Operator.PostOkAsync(path + "configure-auto-refill", new { enabled = true, refill_amount = 1000, refill_period = "weekly" });
        var disabled = await service.Operator.PostOkAsync(path + "configure-auto-refill", new { enabled = false });
        using var senseless = await service.Operator.PostAsJsonAsync(path + "configure-auto-refill", new { enabled = true, refill_amount = 0, refill_period = "yearly" });
        using var unknown = await service.Operator.PostAsJsonAsync("/api/credits/teams/nobody/configure-auto-refill", new { enabled = false });

        Assert.That(before.GetProperty("auto_refill_enabled").GetBoolean(), Is.False);
        Assert.That((enabled.GetProperty("refill_amount").GetDecimal(), enabled.GetProperty("refill_period").GetString()), Is.EqualTo((1000m, "weekly")));
        var next = enabled.GetProperty("next_refill_at").GetDateTimeOffset();
        Assert.That((next.DayOfWeek, next.TimeOfDay, next > DateTimeOffset.UnixEpoch), Is.EqualTo((DayOfWeek.Monday, TimeSpan.Zero, true)));
        Assert.That(disabled.GetProperty("auto_refill_enabled").GetBoolean(), Is.False);
        Assert.That((senseless.StatusCode, unknown.StatusCode), Is.EqualTo((HttpStatusCode.UnprocessableEntity, HttpStatusCode.NotFound)));
    }
}
