using System.Text.Json;
using SaasLlm.Application.Alerts;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Events;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Teams;
using SaasLlm.Application.Webhooks;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Teams;
using SaasLlm.Domain.Webhooks;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Webhooks;

/// <summary>What is written to the outbox, by whom and for whom.</summary>
internal sealed class EventTests
{
    private static readonly JsonSerializerOptions Strict = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    private WebhookNode _hooks = null!;
    private FakeUpstream _receiver = null!;

    private Node Node => _hooks.Node;

    [SetUp]
    public async Task StartAsync()
    {
        _hooks = await WebhookNode.StartAsync();
        _receiver = await FakeUpstream.StartAsync(ReceivedWebhooks.Taken);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _receiver.DisposeAsync();
        await _hooks.DisposeAsync();
    }

    [Test]
    public async Task Job_WhenItEnds_IsToldByTypeAndWithoutCostToItsOrganization()
    {
        await using var operators = await FakeUpstream.StartAsync(ReceivedWebhooks.Taken);
        await _hooks.CreateTeamAsync("acme");
        await _hooks.HookAsync(_receiver, "acme", "job.*");
        await _hooks.HookAsync(operators, null, "job.*");

        await EndAsync(JobStatus.Completed);
        await EndAsync(JobStatus.Failed);
        await EndAsync(JobStatus.Cancelled);
        await EndAsync(JobStatus.Failed, expired: true);
        await _hooks.RelayAsync();

        Assert.That(_receiver.Types(), Is.EqualTo(new[] { EventTypes.JobCompleted, EventTypes.JobFailed, EventTypes.JobExpired }));
        Assert.That(operators.Types(), Is.EqualTo(_receiver.Types()));
        Assert.That(operators.Ids(), Is.EqualTo(_receiver.Ids()), "one event has one id");
        foreach (var happened in _receiver.Events())
        {
            var told = Data<JobEventData>(happened, out var organizationId, out var teamId);
            Assert.That((organizationId, teamId, told.JobType), Is.EqualTo(("acme", "acme", "test")));
            Assert.That(told.TotalCostUsd, Is.Null);
            Assert.That(happened.GetProperty("data").TryGetProperty("total_cost_usd", out _), Is.False);
        }

        Assert.That(Data<JobEventData>(operators.Events()[0], out _, out _), Has.Property("TotalCostUsd").EqualTo(0).And.Property("CreditsCharged").EqualTo(1));
    }

    [Test]
    public async Task Event_WhenNobodyListens_LeavesNothing()
    {
        await _hooks.CreateTeamAsync("acme");
        await _hooks.CreateTeamAsync("other");
        await _hooks.HookAsync(_receiver, "other");
        await _hooks.HookAsync(_receiver, "acme", EventTypes.CreditsLow);

        await EndAsync(JobStatus.Completed);
        await _hooks.HappenAsync("acme", 2);

        Assert.That(await Node.SqlAsync("select count(*) from webhook_deliveries"), Is.Zero);
    }

    [Test]
    public async Task Event_OfOneOrganization_IsNeverHeardByAnother()
    {
        await using var others = await FakeUpstream.StartAsync(ReceivedWebhooks.Taken);
        await using var operators = await FakeUpstream.StartAsync(ReceivedWebhooks.Taken);
        await _hooks.CreateTeamAsync("acme");
        await _hooks.CreateTeamAsync("other");
        await _hooks.HookAsync(_receiver, "acme");
        await _hooks.HookAsync(others, "other");
        await _hooks.HookAsync(operators);

        await _hooks.HappenAsync("acme", 2);
        await _hooks.HappenAsync("other");
        await EndAsync(JobStatus.Completed);
        await Node.DoAsync(new AddCredits(WebhookNode.Operator, "other", 5, null, null));
        await Node.DoAsync(new AddOrganizationCredits(WebhookNode.Operator, "acme", 5, null, null));
        await _hooks.RelayAsync();

        Assert.That(OrganizationsOf(_receiver), Is.EqualTo(new[] { "acme" }));
        Assert.That(OrganizationsOf(others), Is.EqualTo(new[] { "other" }));
        Assert.That(operators.Received, Has.Count.EqualTo(_receiver.Received.Count + others.Received.Count));
        Assert.That(others.Types(), Is.EqualTo(new[] { EventTypes.TeamPaused, EventTypes.CreditsAdded }));
    }

    [Test]
    public async Task Event_WhenTheTransactionRollsBack_IsGone()
    {
        await _hooks.CreateTeamAsync("acme");
        var webhook = await _hooks.HookAsync(_receiver);

        await Node.WithAsync<IServiceProvider, bool>(async services =>
        {
            var transaction = (ITransaction)services.GetService(typeof(ITransaction))!;
            var outbox = (IEventOutbox)services.GetService(typeof(IEventOutbox))!;
            var happened = new GatewayEvent(EventTypes.TeamPaused, "acme", "acme", new TeamStatusData("paused", "team"));
            await transaction.BeginAsync("test", CancellationToken.None);
            await outbox.AppendAsync(happened, CancellationToken.None);
            await transaction.RollbackAsync(CancellationToken.None);
            await transaction.BeginAsync("test", CancellationToken.None);
            await outbox.AppendAsync(happened with { Type = EventTypes.TeamResumed }, CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
            return true;
        });

        Assert.That((await _hooks.DeliveriesAsync(webhook)).Select(delivery => delivery.Type), Is.EqualTo(new[] { EventTypes.TeamResumed }));
    }

    [Test]
    public async Task TeamsAndKeys_WhenTheyChange_AreTold()
    {
        await Node.DoAsync(new CreateOrganization("acme", "Acme"));
        await _hooks.HookAsync(_receiver, "acme", "team.*", "key.*");

        await Node.DoAsync(new CreateTeam("acme", "t1"));
        var key = await Node.DoAsync(new CreateTeamKey("second") { TeamId = "t1" });
        var rotated = await Node.DoAsync(new RotateTeamKey(0) { TeamId = "t1", KeyId = key.KeyId });
        await Node.DoAsync(new RevokeTeamKey("t1", rotated.KeyId));
        await Node.DoAsync(new ChangeTeamStatus("t1", TeamStatus.Suspended));
        await Node.DoAsync(new ChangeTeamStatus("t1", TeamStatus.Suspended));
        await Node.DoAsync(new ChangeTeamStatus("t1", TeamStatus.Active));
        await Node.DoAsync(new ChangeTeamStatus("t1", TeamStatus.Paused));
        await Node.DoAsync(new SuspendOrganization("acme", Suspended: true));
        await Node.DoAsync(new SuspendOrganization("acme", Suspended: true));
        await Node.DoAsync(new SuspendOrganization("acme", Suspended: false));
        await _hooks.RelayAsync();

        var events = _receiver.Events();
        Assert.That(_receiver.Types(), Is.EqualTo(new[]
        {
            EventTypes.KeyCreated, EventTypes.KeyCreated, EventTypes.KeyRotated, EventTypes.KeyRevoked,
            EventTypes.TeamSuspended, EventTypes.TeamResumed, EventTypes.TeamPaused, EventTypes.TeamSuspended, EventTypes.TeamResumed,
        }));
        var rotation = Data<TeamKeyData>(events[2], out _, out _);
        Assert.That((rotation.KeyId, rotation.ReplacedKeyId, rotation.Name), Is.EqualTo((rotated.KeyId, (Guid?)key.KeyId, "second")));
        Assert.That(_receiver.Received.Select(request => request.Body), Has.None.Contain(key.VirtualKey!));
        Assert.That(Data<TeamStatusData>(events[7], out _, out var nobody), Is.EqualTo(new TeamStatusData("suspended", "organization")));
        Assert.That(nobody, Is.Null);
    }

    [Test]
    public async Task Thresholds_UnderFiftyJobsAtOnce_AreToldOnceACrossing()
    {
        await _hooks.CreateTeamAsync("acme", credits: 50);
        await Node.DoAsync(new SetCreditAlerts(CreditsBelow: 20) { Caller = WebhookNode.Operator, Owner = new CreditAlertsOwner("acme", null) });
        await _hooks.HookAsync(_receiver, "acme", EventTypes.CreditsLow, EventTypes.CreditsExhausted);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => EndAsync(JobStatus.Completed)));
        await _hooks.RelayAsync();

        (string, decimal)[] all = [("credits.low", 80m), ("credits.low", 95m), ("credits.low", 20m), ("credits.exhausted", 1m)];
        Assert.That(Crossed(), Is.EquivalentTo(all));
        Assert.That(await AlertsAsync(), Is.EquivalentTo(all));

        // More credits arm them again.
        await Node.DoAsync(new AddCredits(WebhookNode.Operator, "acme", 50, null, null));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => EndAsync(JobStatus.Completed)));
        await _hooks.RelayAsync();

        Assert.That(Crossed(), Is.EquivalentTo(all.Concat(all)));
        Assert.That(await AlertsAsync(), Is.EquivalentTo(all.Concat(all)));
        var report = await Node.DoAsync(new VerifyLedger());
        Assert.That(report.Checks.Where(check => check.Violations > 0), Is.Empty);
    }

    [Test]
    public async Task Thresholds_OfAnOrganization_HoldForItsPoolAndForAllocations()
    {
        await Node.DoAsync(new CreateOrganization("acme", "Acme", CreditsAllocated: 100));
        await _hooks.HookAsync(_receiver, "acme", EventTypes.CreditsLow);
        var owner = new CreditAlertsOwner(null, "acme");
        var set = await Node.DoAsync(new SetCreditAlerts([90, 50], CreditsBelow: 0) { Caller = WebhookNode.Operator, Owner = owner });
        await Node.DoAsync(new SetAllocation(10) { Caller = WebhookNode.Operator, OrganizationId = "acme", UserId = "ann" });

        await Node.SqlAsync("update credit_accounts set used = used + 6 where user_id = 'ann'");
        await Node.SqlAsync("update credit_accounts set used = used + 46 where user_id is null");
        await Node.SqlAsync("update credit_accounts set unlimited = true, used = 200");
        await _hooks.RelayAsync();

        Assert.That(set.Percentages, Is.EqualTo(new[] { 50m, 90m }));
        var told = _receiver.Events().Select(happened => Data<CreditThresholdData>(happened, out _, out _)).ToArray();
        Assert.That(told.Select(data => (data.UserId, data.Threshold, data.CreditsRemaining)), Is.EqualTo(new (string?, decimal, decimal)[] { ("ann", 50, 4), (null, 50, 44) }));
    }

    [Test]
    public async Task AddedCredits_ByWhateverWay_AreTold()
    {
        await Node.DoAsync(new CreateOrganization("acme", "Acme"));
        await _hooks.HookAsync(_receiver, "acme", EventTypes.CreditsAdded);

        await Node.DoAsync(new CreateTeam("acme", "t1", CreditsAllocated: 3));
        await Node.DoAsync(new AddCredits(WebhookNode.Operator, "t1", 4.5m, "bought", null));
        await Node.DoAsync(new AddOrganizationCredits(WebhookNode.Operator, "acme", 7, null, null));
        await _hooks.RelayAsync();

        var told = _receiver.Events().Select(happened => Data<CreditsAddedData>(happened, out _, out _)).ToArray();
        Assert.That(
            told.Select(data => (data.Kind, data.CreditsAdded, data.CreditsAvailable, data.Reason)),
            Is.EqualTo(new (string, decimal, decimal, string?)[] { ("allocation", 3, 3, "Initial allocation"), ("allocation", 4.5m, 7.5m, "bought"), ("allocation", 7, 7, null) }));
    }

    private async Task EndAsync(JobStatus status, bool expired = false)
    {
        var ledger = Node.Get<IJobLedger>();
        var now = _hooks.Time.GetUtcNow();
        var job = await ledger.OpenAsync(
            new JobOpening { JobId = Guid.CreateVersion7(now), TeamId = "acme", JobType = "test", CreatedAt = now, ExpiresAt = now.AddHours(1) },
            CancellationToken.None);
        await ledger.EndAsync(
            new JobEnding { JobId = job.Value.JobId, TeamId = "acme", Status = status, EndedAt = now, Expired = expired },
            CancellationToken.None);
    }

    private (string Type, decimal Threshold)[] Crossed() =>
        [.. _receiver.Events().Select(happened => (happened.GetProperty("type").GetString()!, Data<CreditThresholdData>(happened, out _, out _).Threshold))];

    private async Task<(string Kind, decimal Threshold)[]> AlertsAsync() =>
        [.. (await Node.DoAsync(new ListAlerts(new AlertFilter(null, "acme", "acme"), new PageRequest(null, null)))).Data.Select(alert => (alert.Kind, alert.Threshold!.Value))];

    private static string[] OrganizationsOf(FakeUpstream receiver) =>
        [.. receiver.Events().Select(happened => happened.GetProperty("data").GetProperty("organization_id").GetString()!).Distinct()];

    /// <summary>What is told, read by the record that documents it: nothing more and nothing less.</summary>
    private static T Data<T>(JsonElement happened, out string? organizationId, out string? teamId)
    {
        var data = happened.GetProperty("data").EnumerateObject().ToDictionary(property => property.Name, property => property.Value, StringComparer.Ordinal);
        organizationId = data["organization_id"].GetString();
        teamId = data["team_id"].GetString();
        data.Remove("organization_id");
        data.Remove("team_id");
        return JsonSerializer.Deserialize<T>(JsonSerializer.SerializeToUtf8Bytes(data), Strict)!;
    }
}
