using System.Text;
using SaasLlm.Testing;

namespace SaasLlm.Client.Tests;

/// <summary>The whole way through, from an organization to a charged job, with nothing but the client against the real service.</summary>
internal sealed class JourneyTests
{
    private ServiceUnderTest _service = null!;
    private FakeUpstream _upstream = null!;
    private SaasLlmClient _operator = null!;
    private SaasLlmClient _team = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await ServiceUnderTest.StartAsync();
        _upstream = await FakeUpstream.StartAsync(UpstreamScript.Good());
        _operator = Connect(ServiceUnderTest.OperatorKey);

        await _operator.CreateOrganizationAsync(new CreateOrganization { OrganizationId = "acme", Name = "Acme" });
        await _operator.ServeModelAsync("served", _upstream, Upstreams.PlainPrices);
        await _operator.CreateModelGroupAsync(new CreateModelGroup { GroupName = "analysis", Models = [new ModelGroupEntry { ModelName = "served", Priority = 0 }] });
        var team = await _operator.CreateTeamAsync(new CreateTeam { OrganizationId = "acme", TeamId = "hr", ModelGroups = ["analysis"], CreditsAllocated = 10 });
        _team = Connect(team.VirtualKey!);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _service.VerifyLedgerAsync();
        _team.Dispose();
        _operator.Dispose();
        await _upstream.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Test]
    public async Task Job_CalledStreamedAndCompleted_CostsOneCredit()
    {
        var before = await _team.GetTeamBalanceAsync("hr");
        var job = await _team.CreateJobAsync(new CreateJobBody { TeamId = "hr", JobType = "analysis", Metadata = new { document = "cv-1" } });

        _upstream.Answer(UpstreamScript.Good());
        var answer = await _team.CallLlmAsync(job.JobId, Ask("Summarize."));
        _upstream.Answer(UpstreamScript.Stream(UpstreamScript.Text("hel"), UpstreamScript.Text("lo"), UpstreamScript.Finish(), UpstreamScript.Usage(9, 3), UpstreamScript.Done));
        var streamed = await ReadAsync(_team.StreamLlmAsync(job.JobId, Ask("List the skills.")));
        var completion = await _team.CompleteJobAsync(job.JobId, new CompleteJobBody { Status = "completed" });

        Assert.That(answer.Response.Content, Is.EqualTo("hello"));
        Assert.That(answer.Metadata.TokensUsed, Is.EqualTo(12));
        Assert.That(streamed.Text, Is.EqualTo("hello"));
        Assert.That(streamed.End, Is.EqualTo(new LlmStreamEnd("stop", new LlmUsage(9, 3), job.JobId)));
        Assert.That(completion.Costs.SuccessfulCalls, Is.EqualTo(2));
        Assert.That(completion.Costs.CreditsCharged, Is.EqualTo(1m));
        Assert.That((await _team.GetTeamBalanceAsync("hr")).CreditsRemaining, Is.EqualTo(before.CreditsRemaining - 1));

        var costs = await _operator.GetJobCostsAsync(job.JobId);
        Assert.That(costs.Costs.Breakdown, Has.Count.EqualTo(2));
        Assert.That(costs.Costs.TotalCostUsd, Is.EqualTo(2 * (9 * 1 + 3 * 2) / 1_000_000m));
    }

    [Test]
    public async Task CreateAndStream_ToItsEnd_CompletesTheJobThatItNames()
    {
        _upstream.Answer(UpstreamScript.Stream(UpstreamScript.Text("hi"), UpstreamScript.Finish(), UpstreamScript.Done));

        var streamed = await ReadAsync(_team.CreateAndStreamAsync(new CreateAndCallBody { JobType = "chat", Messages = [ChatMessage.System("Be brief."), ChatMessage.User("hello")] }));

        Assert.That(streamed.Text, Is.EqualTo("hi"));
        Assert.That((await _team.GetJobAsync(streamed.End!.JobId!.Value)).Status, Is.EqualTo("completed"));
    }

    [Test]
    public async Task Stream_WhenTheUpstreamBreaksOff_ThrowsWhatTheServiceTells()
    {
        var job = await _team.CreateJobAsync(new CreateJobBody { TeamId = "hr", JobType = "analysis" });
        var seen = new TaskCompletionSource();
        _upstream.Answer(UpstreamScript.Stream(StreamEnd.Cut, seen, UpstreamScript.Text("half")));

        var refusal = Assert.ThrowsAsync<ApiException>(async () =>
        {
            await foreach (var step in _team.StreamLlmAsync(job.JobId, Ask("hello")))
                seen.TrySetResult();
        })!;

        Assert.That(refusal.StatusCode, Is.EqualTo(200));
        Assert.That(refusal.Code, Does.StartWith("upstream_"));
    }

    [Test]
    public async Task Stream_WhenCancelled_EndsTheCallUpstream()
    {
        var job = await _team.CreateJobAsync(new CreateJobBody { TeamId = "hr", JobType = "analysis" });
        var gone = new TaskCompletionSource();
        using var leaving = new CancellationTokenSource();
        _upstream.Answer(UpstreamScript.Stream(StreamEnd.Hang, gone, UpstreamScript.Text("half")));

        Assert.That(
            async () =>
            {
                await foreach (var step in _team.StreamLlmAsync(job.JobId, Ask("hello"), leaving.Token))
                    await leaving.CancelAsync();
            },
            Throws.InstanceOf<OperationCanceledException>());

        await gone.Task.WaitAsync(FakeUpstream.Patience);
    }

    [Test]
    public async Task AddTeamCredits_UnderTheSameKeyTwice_AddsThemOnce()
    {
        var grant = new AddTeamCreditsBody { Credits = 2.5m, Reason = "purchase" };

        var first = await _operator.AddTeamCreditsAsync("hr", grant, idempotencyKey: "order-4711");
        var second = await _operator.AddTeamCreditsAsync("hr", grant, idempotencyKey: "order-4711");
        var third = await _operator.AddTeamCreditsAsync("hr", grant);

        Assert.That(second.TransactionId, Is.EqualTo(first.TransactionId));
        Assert.That(third.TransactionId, Is.Not.EqualTo(first.TransactionId));
        Assert.That((await _team.GetTeamTransactionsAsync("hr")).Data.Count(transaction => transaction.Amount == 2.5m), Is.EqualTo(2));
    }

    [Test]
    public async Task Refusal_OfTheService_IsTyped()
    {
        var invalid = Assert.ThrowsAsync<ApiException>(() => _operator.CreateTeamAsync(new CreateTeam { OrganizationId = "acme", TeamId = "poor", CreditsAllocated = -1 }))!;
        Assert.That(invalid.StatusCode, Is.EqualTo(422));
        Assert.That(invalid.Errors.Keys, Does.Contain("credits_allocated"));
        Assert.That(invalid.RequestId, Is.Not.Empty);

        await _operator.CreateTeamAsync(new CreateTeam { OrganizationId = "acme", TeamId = "poor", ModelGroups = ["analysis"] });
        var poor = Assert.ThrowsAsync<ApiException>(() => _operator.CreateJobAsync(new CreateJobBody { TeamId = "poor", JobType = "test" }))!;
        Assert.That((poor.StatusCode, poor.Code), Is.EqualTo((403, "insufficient_credits")));

        using var stranger = Connect("sk-unknown");
        Assert.That(Assert.ThrowsAsync<ApiException>(() => stranger.GetTeamAsync("hr"))!.StatusCode, Is.EqualTo(401));
        Assert.That(Assert.ThrowsAsync<ApiException>(() => stranger.GetLlmCreditsAsync())!.Code, Is.EqualTo("invalid_api_key"), "the LLM API's form");
        Assert.That(Assert.ThrowsAsync<ApiException>(() => ReadAsync(_team.StreamLlmAsync(Guid.CreateVersion7(), Ask("hello"))))!.StatusCode, Is.EqualTo(404));
    }

    private SaasLlmClient Connect(string key) => SaasLlmClient.Connect(new SaasLlmClientOptions { BaseAddress = _service.Address, ApiKey = key });

    private static LlmCallBody Ask(string prompt) => new() { Messages = [new { role = "user", content = prompt }] };

    private static async Task<(string Text, LlmStreamEnd? End)> ReadAsync(IAsyncEnumerable<LlmStreamEvent> stream)
    {
        var text = new StringBuilder();
        LlmStreamEnd? end = null;
        await foreach (var step in stream)
        {
            if (step is LlmTextDelta delta)
                text.Append(delta.Text);
            end = step as LlmStreamEnd;
        }

        return (text.ToString(), end);
    }
}
