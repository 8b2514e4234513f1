using System.Text.Json;

namespace SaasLlm.Cluster.Tests;

/// <summary>
/// Workers that do through nginx what applications do: create jobs, call plain and by stream, end the jobs or leave them, and
/// buy credits when there are none. What may be repeated is repeated until it is answered.
/// </summary>
internal sealed class Load
{
    private const string OperatorKey = Cluster.OperatorKey;
    private const decimal TopUpCredits = 3;

    /// <summary>Time in which a stopped load must get the answers that it still waits for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Cluster _cluster;
    private readonly TimeSpan _pace;
    private readonly string _run = Guid.CreateVersion7().ToString("N")[^12..];
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _givingUp = new();
    private readonly Task[] _workers;
    private int _requests;

    private Load(Cluster cluster, int workers, TimeSpan pace, int seed)
    {
        _cluster = cluster;
        _pace = pace;
        _workers = [.. Enumerable.Range(0, workers).Select(worker => Task.Run(() => WorkAsync(new Random(seed + worker))))];
    }

    public Answered Answered { get; } = new();

    /// <param name="pace">The shortest time between two jobs of a worker, and between two tries of one request.</param>
    public static Load Start(Cluster cluster, int workers, TimeSpan pace, int seed = 1) => new(cluster, workers, pace, seed);

    /// <summary>Waits until so many more jobs have ended.</summary>
    public async Task UntilEndedAsync(int more)
    {
        var goal = Answered.Ends.Count + more;
        await Pause.UntilAsync(() => Answered.Ends.Count >= goal, Patience, $"{more} more jobs ended ({Answered})");
    }

    /// <summary>Lets every worker finish what it has begun.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        _givingUp.CancelAfter(Patience);
        await Task.WhenAll(_workers);
        _stopping.Dispose();
        _givingUp.Dispose();
    }

    private async Task WorkAsync(Random random)
    {
        using var pace = new PeriodicTimer(_pace);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await DoJobAsync(_cluster.Teams[random.Next(_cluster.Teams.Count)], random, pace);
            }
            catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                Answered.NoteSurprise($"an answer that cannot be read: {exception}");
            }

            await pace.WaitForNextTickAsync();
        }
    }

    private async Task DoJobAsync(Team team, Random random, PeriodicTimer pace)
    {
        var leftAlone = random.Next(20) == 0;
        if (await CreateAsync(team, leftAlone ? 2 : null, pace) is not { } job)
        {
            if (random.Next(2) == 0)
                await TopUpAsync(team, pace);
            return;
        }

        var answered = 0;
        for (var call = random.Next(1, 4); call > 0; call--)
            answered += await CallAsync(team, job, streamed: random.Next(3) == 0) ? 1 : 0;

        // The others end by themselves.
        if (!leftAlone)
            await EndAsync(team, job, random.Next(6) == 0 ? "failed" : "completed", answered, pace);
    }

    private async Task<Guid?> CreateAsync(Team team, int? ttlSeconds, PeriodicTimer pace)
    {
        var key = NextKey();
        var body = new { team_id = team.TeamId, job_type = "load", external_task_id = key, ttl_seconds = ttlSeconds };
        var reply = await UntilAnsweredAsync("create", () => _cluster.Front.PostAsync(team.Key, "/api/jobs/create", body, key), pace);
        if (reply is not { IsGood: true })
            return null;

        var job = reply.Json.GetProperty("job_id").GetGuid();
        Answered.Jobs[job] = team.TeamId;
        return job;
    }

    private async Task<bool> CallAsync(Team team, Guid job, bool streamed)
    {
        var reply = streamed ? await _cluster.Front.StreamAsync(team, job) : await _cluster.Front.CallAsync(team, job);
        var leftBehind = reply is { Status: 409 };
        if (!leftBehind)
            Answered.Note(streamed ? "stream" : "call", reply);
        if (!reply.IsGood)
            return false;

        Answered.Calls[reply.CallId ?? reply.Json.GetProperty("call_id").GetGuid()] = job;
        return true;
    }

    private async Task EndAsync(Team team, Guid job, string status, int answeredCalls, PeriodicTimer pace)
    {
        var reply = await UntilAnsweredAsync("end", () => _cluster.Front.PostAsync(team.Key, $"/api/jobs/{job}/complete", new { status }), pace);
        if (reply is not { IsGood: true })
            return;

        var costs = reply.Json.GetProperty("costs");
        var charged = costs.GetProperty("credits_charged").GetDecimal();
        Answered.Ends[job] = new SaidEnd(reply.Json.GetProperty("status").GetString()!, charged);
        if (costs.GetProperty("total_calls").GetInt32() < answeredCalls)
            Answered.NoteSurprise($"job {job} had {answeredCalls} calls answered before it ended, but says {reply.Text}");
        if (charged != (status == "completed" && costs.GetProperty("failed_calls").GetInt32() == 0 ? 1 : 0))
            Answered.NoteSurprise($"job {job}, {status}, was charged wrongly: {reply.Text}");
    }

    private async Task TopUpAsync(Team team, PeriodicTimer pace)
    {
        var key = NextKey();
        var body = new { credits = TopUpCredits, reason = key };
        var reply = await UntilAnsweredAsync("top-up", () => _cluster.Front.PostAsync(OperatorKey, $"/api/credits/teams/{team.TeamId}/add", body, key), pace);
        if (reply is { IsGood: true })
            Answered.TopUps[key] = new SaidCredits(team.TeamId, TopUpCredits);
    }

    /// <summary>Repeats what was not answered; null where no answer came in time, which is a surprise.</summary>
    private async Task<Reply?> UntilAnsweredAsync(string what, Func<Task<Reply>> send, PeriodicTimer pace)
    {
        while (true)
        {
            var reply = await send();
            Answered.Note(what, reply);
            if (reply.Outcome is not (Outcome.Unavailable or Outcome.NodeLost))
                return reply;

            if (_givingUp.IsCancellationRequested)
            {
                Answered.NoteSurprise($"{what} was never answered; the last reply was {reply}");
                return null;
            }

            await pace.WaitForNextTickAsync();
        }
    }

    private string NextKey() => $"load-{_run}-{Interlocked.Increment(ref _requests)}";
}
