using System.Security.Cryptography;
using System.Text;
using SaasLlm.Application.Alerts;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Application.Webhooks;
using SaasLlm.Infrastructure.Webhooks;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Webhooks;

internal sealed class WebhookRelayTests
{
    private WebhookNode _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await WebhookNode.StartAsync(null, "Webhooks:TimeoutSeconds=2");
        await _node.CreateTeamAsync("acme");
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task Relay_WhenTheReceiverIsDownForAWhile_SendsEverythingInOrderAfterwards()
    {
        await using var receiver = await FakeUpstream.StartAsync(UpstreamScript.Error(503));
        var webhook = await _node.HookAsync(receiver);
        await _node.HappenAsync("acme", 60);

        await _node.RelayAsync();
        await _node.RelayAsync();
        Assert.That(receiver.Received, Has.Count.EqualTo(1), "the second attempt is not due yet");
        _node.Time.Advance(TimeSpan.FromHours(2));
        await _node.RelayAsync();
        var failing = await _node.GetAsync(webhook);
        receiver.Answer(ReceivedWebhooks.Taken);
        _node.Time.Advance(TimeSpan.FromHours(2));
        await _node.RelayAsync();

        var ids = await _node.EventIdsAsync(webhook);
        Assert.That(failing.Failures, Is.EqualTo(2));
        Assert.That(ids, Has.Length.EqualTo(60));
        Assert.That(receiver.Ids(), Is.EqualTo(new[] { ids[0], ids[0] }.Concat(ids)), "the first three times under one id");
        Assert.That((await _node.GetAsync(webhook)).Failures, Is.Zero);
        Assert.That((await _node.DeliveriesAsync(webhook)).Select(delivery => delivery.Status), Is.All.EqualTo("delivered"));
    }

    [Test]
    public async Task Relay_WhenNothingIsTakenForThreeDays_SwitchesOffWithAnAlertAndForgetsNothing()
    {
        await using var receiver = await FakeUpstream.StartAsync(UpstreamScript.Error(500));
        var webhook = await _node.HookAsync(receiver, "acme");
        await _node.HappenAsync("acme", 3);
        var since = _node.Time.GetUtcNow();

        var now = webhook;
        for (var attempt = 0; now.Active && attempt < 200; attempt++)
        {
            if (now.NextAttemptAt is { } next && next > _node.Time.GetUtcNow())
                _node.Time.Advance(next - _node.Time.GetUtcNow());
            await _node.RelayAsync();
            now = await _node.GetAsync(webhook);
        }

        var alert = (await _node.Node.DoAsync(new ListAlerts(new AlertFilter("webhook.disabled", null, null), new PageRequest(null, null)))).Data.Single();
        Assert.That(_node.Time.GetUtcNow() - since, Is.EqualTo(TimeSpan.FromDays(3)).Within(TimeSpan.FromMinutes(1)));
        Assert.That(receiver.Received, Has.Count.InRange(60, 120));
        Assert.That(receiver.Ids().Distinct().Count(), Is.EqualTo(1));
        Assert.That(now.DisabledReason, Does.Contain("72 hours").And.Contain("500"));
        Assert.That(alert.OrganizationId, Is.EqualTo("acme"));
        Assert.That(alert.Message, Does.Contain(webhook.Url));

        await _node.HappenAsync("acme");
        receiver.Answer(ReceivedWebhooks.Taken);
        await _node.RelayAsync();
        Assert.That((await _node.DeliveriesAsync(webhook, "pending")), Has.Count.EqualTo(3), "what happened while it was off is not written");
        await _node.Node.DoAsync(new UpdateWebhook(Active: true) { Scope = new WebhookScope(WebhookNode.Operator, "acme"), WebhookId = webhook.WebhookId });
        await _node.RelayAsync();
        Assert.That(receiver.Ids()[^3..], Is.EqualTo(await _node.EventIdsAsync(webhook)));
    }

    [Test]
    public async Task Relay_WhenTheReceiverIsGone_SwitchesOffAtOnce()
    {
        await using var receiver = await FakeUpstream.StartAsync(UpstreamScript.Error(410));
        var webhook = await _node.HookAsync(receiver);
        await _node.HappenAsync("acme");

        await _node.RelayAsync();

        var off = await _node.GetAsync(webhook);
        Assert.That(off.Active, Is.False);
        Assert.That(off.DisabledReason, Does.Contain("410"));
    }

    [Test]
    public async Task Relay_WhenTheReceiverAsksForTime_GivesIt()
    {
        await using var receiver = await FakeUpstream.StartAsync(UpstreamScript.Error(429, retryAfter: "7200"));
        var webhook = await _node.HookAsync(receiver);
        await _node.HappenAsync("acme");

        await _node.RelayAsync();

        var wait = (await _node.GetAsync(webhook)).NextAttemptAt - _node.Time.GetUtcNow();
        Assert.That(wait, Is.EqualTo(TimeSpan.FromHours(2)).Within(TimeSpan.FromMinutes(1)));
    }

    [Test]
    public async Task Relay_WhenANodeDiesBetweenSendingAndRecording_RepeatsUnderTheSameId()
    {
        await using var receiver = await FakeUpstream.StartAsync(ReceivedWebhooks.Taken);
        var webhook = await _node.HookAsync(receiver);
        await _node.HappenAsync("acme", 2);
        var now = _node.Time.GetUtcNow();
        var queue = _node.Node.Get<WebhookQueue>();
        var doomed = new WebhookLease(Guid.CreateVersion7(), now.AddSeconds(30));
        Assert.That(await queue.ClaimAsync(doomed, 10, now, CancellationToken.None), Is.EqualTo(new[] { webhook.WebhookId }));
        var state = await queue.RenewAsync(webhook.WebhookId, doomed, now, CancellationToken.None);
        var message = (await queue.NextAsync(webhook.WebhookId, 10, CancellationToken.None))[0];
        var answer = await _node.Node.Get<IWebhookSender>().SendAsync(state!.Target, message, CancellationToken.None);

        await _node.RelayAsync();
        Assert.That(receiver.Received, Has.Count.EqualTo(1), "the lease keeps others away");
        _node.Time.Advance(TimeSpan.FromMinutes(1));
        await _node.RelayAsync();

        var ids = await _node.EventIdsAsync(webhook);
        Assert.That(receiver.Ids(), Is.EqualTo(new[] { ids[0], ids[0], ids[1] }));
        Assert.That(
            await queue.RecordDeliveredAsync(webhook.WebhookId, doomed, message.EventId, answer, now, CancellationToken.None),
            Is.False,
            "and who had it before has lost it");
    }

    [Test]
    public async Task Relay_WhenOneReceiverHangs_DeliversToTheOthersMeanwhile()
    {
        await using var slow = await FakeUpstream.StartAsync(UpstreamScript.Hang());
        await using var quick = await FakeUpstream.StartAsync(ReceivedWebhooks.Taken);
        var hung = await _node.HookAsync(slow);
        var good = await _node.HookAsync(quick);
        await _node.HappenAsync("acme", 5);

        var turns = await _node.Node.Get<WebhookRelay>().StartDueAsync(32, CancellationToken.None);
        for (var i = 0; i < 5; i++)
            await quick.ArrivalAsync();
        var stillHanging = turns.Count(turn => !turn.IsCompleted);
        await Task.WhenAll(turns);

        Assert.That(turns, Has.Count.EqualTo(2));
        Assert.That(stillHanging, Is.GreaterThan(0));
        Assert.That(quick.Ids(), Is.EqualTo(await _node.EventIdsAsync(good)));
        Assert.That((await _node.DeliveriesAsync(hung))[^1].Error, Does.Contain("No answer within 2 s"));
        Assert.That(slow.Received, Has.Count.EqualTo(1), "the next one waits for the one before");
    }

    [Test]
    public async Task Relay_ByThreeNodesAtOnce_DeliversEachInOrder()
    {
        await using var second = await WebhookNode.StartAsync(_node.Node.ConnectionString);
        await using var third = await WebhookNode.StartAsync(_node.Node.ConnectionString);
        await using var one = await FakeUpstream.StartAsync(ReceivedWebhooks.Taken);
        await using var other = await FakeUpstream.StartAsync(ReceivedWebhooks.Taken);
        var first = await _node.HookAsync(one);
        var another = await _node.HookAsync(other, "acme");

        var happening = _node.HappenAsync("acme", 40);
        while (!happening.IsCompleted)
            await Task.WhenAll(_node.RelayAsync(), second.RelayAsync(), third.RelayAsync());
        await happening;
        await _node.RelayAsync();

        Assert.That(one.Ids(), Is.EqualTo(await _node.EventIdsAsync(first)));
        Assert.That(other.Ids(), Is.EqualTo(await _node.EventIdsAsync(another)));
        Assert.That(one.Received, Has.Count.EqualTo(40));
    }

    [Test]
    public async Task Relay_WhileARotationOverlaps_SignsWithBothSecrets()
    {
        await using var receiver = await FakeUpstream.StartAsync(ReceivedWebhooks.Taken);
        var webhook = await _node.HookAsync(receiver);
        var scope = new WebhookScope(WebhookNode.Operator, null);
        var rotated = await _node.Node.DoAsync(new RotateWebhookSecret(3600) { Scope = scope, WebhookId = webhook.WebhookId });

        await _node.HappenAsync("acme");
        await _node.RelayAsync();
        _node.Time.Advance(TimeSpan.FromHours(2));
        await _node.HappenAsync("acme");
        await _node.RelayAsync();

        var (during, after) = (receiver.Received.First(), receiver.Received.Last());
        Assert.That(during.Headers["webhook-signature"].Split(' '), Is.EqualTo(new[] { Signature(rotated.Secret, during), Signature(webhook.Secret, during) }));
        Assert.That(after.Headers["webhook-signature"], Is.EqualTo(Signature(rotated.Secret, after)));
        Assert.That((await _node.GetAsync(webhook)).Secret, Has.Length.LessThan(12), "it is shown no more");
    }

    [Test]
    public async Task Relay_WhenTheReceiverRedirects_DoesNotFollow()
    {
        await using var elsewhere = await FakeUpstream.StartAsync(ReceivedWebhooks.Taken);
        await using var receiver = await FakeUpstream.StartAsync(UpstreamScript.Redirect(elsewhere.ApiBase.AbsoluteUri));
        var webhook = await _node.HookAsync(receiver);
        await _node.HappenAsync("acme");

        await _node.RelayAsync();

        Assert.That(elsewhere.Received, Is.Empty);
        Assert.That((await _node.DeliveriesAsync(webhook)).Single().Error, Does.Contain("redirects"));
    }

    [TestCase("http://127.0.0.1:{0}/hook")]
    [TestCase("http://localhost:{0}/hook")]
    [TestCase("https://[::1]:{0}/hook")]
    [TestCase("http://169.254.169.254/latest/meta-data")]
    [TestCase("https://10.0.0.1/hook")]
    public async Task Address_WhenItIsNotPublic_IsRefusedAndNeverCalled(string address)
    {
        await using var receiver = await FakeUpstream.StartAsync(ReceivedWebhooks.Taken);
        await using var guarded = await Node.StartAsync(_node.Node.ConnectionString);
        var url = string.Format(address, receiver.ApiBase.Port);
        var scope = new WebhookScope(WebhookNode.Operator, null);

        var refused = await guarded.RefusedAsync(new CreateWebhook(url) { Scope = scope });

        // One that got in all the same, by a name that resolved to something else then.
        var webhook = await _node.HookAsync(receiver);
        await _node.Node.SqlAsync($"update webhooks set url = '{url}'");
        await _node.HappenAsync("acme");
        await Task.WhenAll(await guarded.Get<WebhookRelay>().StartDueAsync(32, CancellationToken.None));

        Assert.That(refused.Code, Is.EqualTo("webhook_address_not_allowed"));
        Assert.That((await _node.DeliveriesAsync(webhook)).Single().Error, Does.Contain("not allowed"));
        Assert.That(receiver.Received, Is.Empty);
    }

    [Test]
    public async Task Replay_OfADeliveredEvent_SendsItAgainUnderTheSameId()
    {
        await using var receiver = await FakeUpstream.StartAsync(UpstreamScript.Json(200, new string('x', 5000)));
        var webhook = await _node.HookAsync(receiver);
        await _node.HappenAsync("acme", 2);
        await _node.RelayAsync();
        var ids = await _node.EventIdsAsync(webhook);

        var scope = new WebhookScope(WebhookNode.Operator, null);
        var replayed = await _node.Node.DoAsync(new ReplayDelivery(scope, webhook.WebhookId, Guid.Parse(ids[0])));
        await _node.RelayAsync();

        var delivery = (await _node.DeliveriesAsync(webhook))[^1];
        Assert.That(replayed.Status, Is.EqualTo("retrying"));
        Assert.That(receiver.Ids(), Is.EqualTo(new[] { ids[0], ids[1], ids[0] }));
        Assert.That(delivery.Attempts, Is.EqualTo(2));
        Assert.That(delivery.ResponseStatus, Is.EqualTo(200));
        Assert.That(delivery.ResponseExcerpt, Has.Length.EqualTo(1024));
    }

    [Test]
    public async Task Forget_AfterTheRetention_DeletesWhatWasDeliveredAndWhatWaitsForNobody()
    {
        await using var receiver = await FakeUpstream.StartAsync(ReceivedWebhooks.Taken);
        var delivered = await _node.HookAsync(receiver);
        var waiting = await _node.HookAsync(receiver, null, "job.*");
        var deserted = await _node.HookAsync(receiver);
        await _node.HappenAsync("acme");
        await _node.Node.SqlAsync($"insert into webhook_deliveries (webhook_id, event_id, type, occurred_at, data) values ('{waiting.WebhookId}', gen_random_uuid(), 'job.failed', now(), '{{}}')");
        await _node.Node.DoAsync(new UpdateWebhook(Active: false) { Scope = new WebhookScope(WebhookNode.Operator, null), WebhookId = deserted.WebhookId });
        await _node.Node.SqlAsync($"update webhook_deliveries set delivered_at = now() where webhook_id = '{delivered.WebhookId}'");
        var queue = _node.Node.Get<WebhookQueue>();

        await queue.ForgetAsync(_node.Time.GetUtcNow().AddDays(-1), CancellationToken.None);
        Assert.That(await _node.Node.SqlAsync("select count(*) from webhook_deliveries"), Is.EqualTo(3));
        await queue.ForgetAsync(_node.Time.GetUtcNow().AddDays(1), CancellationToken.None);

        Assert.That(await _node.EventIdsAsync(waiting), Has.Length.EqualTo(1));
        Assert.That(await queue.CountPendingAsync(CancellationToken.None), Is.EqualTo(1));
        Assert.That(await _node.Node.SqlAsync("select count(*) from webhook_deliveries"), Is.EqualTo(1));
    }

    private static string Signature(string secret, ReceivedRequest request)
    {
        var signed = $"{request.Headers["webhook-id"]}.{request.Headers["webhook-timestamp"]}.{request.Body}";
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes(signed)));
    }
}
