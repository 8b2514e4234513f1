using System.Collections.Concurrent;
using System.Text.Json;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Webhooks;

/// <summary>Three services as processes of their own on one database, one of which is killed while it delivers.</summary>
internal sealed class SeveralRelaysTests
{
    private const int Jobs = 150;

    private static readonly string[] Settings = ["Outgoing:AllowedNetworks:0=127.0.0.0/8", "Webhooks:PollIntervalMs=50", "Webhooks:TimeoutSeconds=1"];

    [Test]
    public async Task ThreeProcesses_WhenOneIsKilledUnderLoad_DeliverEverythingInOrder()
    {
        var database = await TestPostgres.CreateDatabaseAsync();
        await using var doomed = await ServiceProcess.StartAsync(database, Settings);
        await using var second = await ServiceProcess.StartAsync(database, Settings);
        await using var service = await ServiceUnderTest.StartAsync(database, Settings);
        var teams = new[] { await service.CreateTeamAsync(credits: 1000), await service.CreateTeamAsync(credits: 1000) };
        await using var everything = await FakeUpstream.StartAsync(UpstreamScript.Json(200, "{}"));
        await using var first = await FakeUpstream.StartAsync(UpstreamScript.Json(200, "{}").After(TimeSpan.FromMilliseconds(5)));
        await using var other = await FakeUpstream.StartAsync(UpstreamScript.Error(503), UpstreamScript.Error(503), UpstreamScript.Json(200, "{}"));
        var webhooks = new Dictionary<string, FakeUpstream>(StringComparer.Ordinal)
        {
            [await CreateAsync(service, "/api/webhooks", everything)] = everything,
            [await CreateAsync(service, $"/api/organizations/{teams[0].OrganizationId}/webhooks", first)] = first,
            [await CreateAsync(service, $"/api/organizations/{teams[1].OrganizationId}/webhooks", other)] = other,
        };

        var finished = new ConcurrentBag<Guid>();
        var load = teams.Select(team => Task.Run(async () =>
        {
            for (var i = 0; i < Jobs; i++)
            {
                var job = await team.CreateJobAsync();
                await team.CompleteAsync(job);
                finished.Add(job);
            }
        })).ToArray();
        for (var i = 0; i < 30; i++)
            await first.ArrivalAsync();
        await doomed.KillAsync();
        await Task.WhenAll(load);

        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await PendingAsync(connection) > 0)
            await poll.WaitForNextTickAsync(patience.Token);

        foreach (var (webhook, receiver) in webhooks)
        {
            // The same event again is a repetition; what comes for the first time comes in order.
            var received = receiver.Received.Select(request => request.Headers["webhook-id"]).Distinct(StringComparer.Ordinal).ToArray();
            Assert.That(received, Is.EqualTo(await EventIdsAsync(connection, webhook)));
        }

        Assert.That(JobsOf(everything), Is.EquivalentTo(finished));
        Assert.That(JobsOf(first).Union(JobsOf(other)), Is.EquivalentTo(finished));
        Assert.That(JobsOf(first).Intersect(JobsOf(other)), Is.Empty);
    }

    private static async Task<string> CreateAsync(ServiceUnderTest service, string path, FakeUpstream receiver) =>
        (await service.Operator.PostOkAsync(path, new { url = new Uri(receiver.ApiBase, "/hook"), events = new[] { "job.completed" } })).GetProperty("webhook_id").GetString()!;

    private static IEnumerable<Guid> JobsOf(FakeUpstream receiver) =>
        receiver.Received.Select(request => JsonElement.Parse(request.Body).GetProperty("data").GetProperty("job_id").GetGuid()).Distinct();

    private static async Task<long> PendingAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select count(*) from webhook_deliveries where delivered_at is null", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<string[]> EventIdsAsync(NpgsqlConnection connection, string webhookId)
    {
        await using var command = new NpgsqlCommand("select array_agg(event_id::text order by position) from webhook_deliveries where webhook_id = $1", connection)
        {
            Parameters = { new NpgsqlParameter { Value = Guid.Parse(webhookId) } },
        };
        return (string[])(await command.ExecuteScalarAsync())!;
    }
}
