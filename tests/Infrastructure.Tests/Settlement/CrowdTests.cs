using System.Diagnostics.Metrics;
using SaasLlm.Application.Credits;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Teams;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Jobs;
using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Tests.Settlement;

/// <summary>More than one writer can do at a time.</summary>
internal sealed class CrowdTests
{
    private const int Jobs = 40;
    private const int CallsOfEach = 25;

    private Node _node = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _node = await Node.StartAsync();
        await _node.DoAsync(new CreateOrganization("org", "Org"));
        await _node.DoAsync(new CreateTeam("org", "team", CreditsAllocated: Jobs));
    }

    [TearDown]
    public async Task StopAsync() => await _node.DisposeAsync();

    [Test]
    public async Task RecordCalls_WhenManyWait_AreWrittenByTwoAndCountedOnce()
    {
        var helped = 0;
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => self.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, items, tags, _) =>
        {
            if (instrument.Name == "saasllm.settlement.batch.size" && tags.ToArray().Any(static tag => tag.Value is "job_calls_crowd"))
                Interlocked.Add(ref helped, (int)items);
        });
        listener.Start();
        var jobs = await CreateJobsAsync();

        await CallAsync(jobs);

        Assert.That(helped, Is.InRange(1, (Jobs * CallsOfEach) - 1), "calls that the second writer took");
        Assert.That(await _node.SqlAsync($"select count(*) from jobs where total_calls = {CallsOfEach} and prompt_tokens = {3 * CallsOfEach}"), Is.EqualTo((long)Jobs));
        Assert.That(await _node.SqlAsync("select count(*) from llm_calls"), Is.EqualTo((long)Jobs * CallsOfEach));
        Assert.That((await _node.DoAsync(new VerifyLedger())).Clean, Is.True);
    }

    [Test]
    public async Task CompleteJobs_WhenManyEndTogether_AnswersEachWithItsOwnCalls()
    {
        var jobs = await CreateJobsAsync();
        await CallAsync(jobs);
        var ledger = _node.Get<IJobLedger>();
        await Task.WhenAll(jobs.SkipLast(1).Select(job => ledger.EndAsync(
            new JobEnding { JobId = job, TeamId = "team", Status = JobStatus.Completed, EndedAt = DateTimeOffset.UnixEpoch.AddHours(1) }, CancellationToken.None)));

        var answers = await Task.WhenAll(jobs.Select(job => _node.WithAsync<IJobRepository, JobCompletion?>(
            repository => repository.GetCompletionAsync(job, CancellationToken.None))));

        Assert.That(answers[^1], Is.Null, "it is still open");
        foreach (var (job, answer) in jobs.Zip(answers).SkipLast(1))
        {
            Assert.That(answer!.JobId, Is.EqualTo(job));
            Assert.That(answer.Costs.TotalCalls, Is.EqualTo(CallsOfEach));
            Assert.That(answer.Calls.Select(static call => call.Purpose), Is.EqualTo(Enumerable.Repeat($"{job}", CallsOfEach)));
        }
    }

    [Test]
    public async Task FindJob_WhenThisNodeHasCreatedIt_AsksNobody()
    {
        var job = (await CreateJobsAsync())[0];

        var found = _node.Get<IJobDirectory>().FindAsync(job, CancellationToken.None);

        Assert.That(found.IsCompleted, Is.True, "from memory");
        var header = await found;
        _node.Get<LocalInvalidation>().Drop(ChangedThing.Job, job.ToString());
        Assert.That(await _node.Get<IJobDirectory>().FindAsync(job, CancellationToken.None), Is.EqualTo(header), "as the database has it");
    }

    private Task<Guid[]> CreateJobsAsync() => Task.WhenAll(Enumerable.Range(0, Jobs).Select(async _ =>
    {
        var opened = await _node.Get<IJobLedger>().OpenAsync(
            new JobOpening
            {
                JobId = Guid.CreateVersion7(),
                TeamId = "team",
                JobType = "test",
                CreatedAt = DateTimeOffset.UnixEpoch,
                ExpiresAt = DateTimeOffset.UnixEpoch.AddYears(100),
            },
            CancellationToken.None);
        return opened.Value.JobId;
    }));

    private Task CallAsync(Guid[] jobs)
    {
        var settlement = _node.Get<ICallSettlement>();
        return Task.WhenAll(Enumerable.Range(0, CallsOfEach).SelectMany(_ => jobs).Select(job => settlement.RecordAsync(
            new CallRecord
            {
                CallId = Guid.CreateVersion7(),
                JobId = job,
                TeamId = "team",
                Purpose = $"{job}",
                Succeeded = true,
                Streamed = false,
                Usage = new TokenUsage(3, 1),
                UsageSource = UsageSource.Upstream,
                CostUsd = 0,
                LatencyMs = 1,
                Attempts = 1,
                CreatedAt = DateTimeOffset.UnixEpoch,
            },
            CancellationToken.None)));
    }
}
