using Npgsql;
using NpgsqlTypes;
using SaasLlm.Bench.Report;

namespace SaasLlm.Bench.Servers;

/// <summary>
/// A database of a service that has been used for a year: 500 teams, their jobs and calls by COPY. Each month repeats the first
/// one, so the service's own fold rolls up that one, and what it made of it stands for the others too, moved to their time.
/// </summary>
internal sealed class UsageHistory(string connectionString, int calls)
{
    public const int Months = 12;
    public const int Teams = 500;
    private const int Organizations = 50;
    private const int CallsAJob = 3;

    private static readonly string[] Types = ["document_analysis", "chat_session", "data_extraction"];
    private static readonly (string Group, string Model, string Provider)[] Models =
        [("ChatFast", "gpt-4o-mini", "openai"), ("ChatFast", "claude-haiku", "anthropic"), ("ChatBest", "gpt-4o", "openai"), ("ChatBest", "claude-sonnet", "anthropic")];

    private readonly Random _random = new(2026);
    private readonly DateTimeOffset _firstMonth = FirstMonth();

    /// <summary>The range that all of it lies in.</summary>
    public (DateTimeOffset From, DateTimeOffset To) Range => (_firstMonth, _firstMonth.AddMonths(Months));

    public async Task BuildAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Command Timeout=0;Options=-c synchronous_commit=off -c work_mem=512MB");
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync(connection, Tenants, cancellationToken);
        await ExecuteAsync(connection, PastMonths, cancellationToken);
        var first = Jobs(calls / CallsAJob / Months);
        for (var month = 0; month < Months; month++)
        {
            var from = _firstMonth.AddMonths(month);
            var jobs = first.ConvertAll(job => new Job(job.At + (from - _firstMonth), job.TeamId, job.JobType, job.UserId, job.Calls, job.Succeeded));
            await CopyJobsAsync(connection, jobs, cancellationToken);
            await CopyCallsAsync(connection, jobs, cancellationToken);
            await ExecuteAsync(connection, "analyze jobs, llm_calls", cancellationToken);
            if (month == 0)
                await ExecuteAsync(connection, Fold, cancellationToken);
            else
                await RepeatAsync(connection, from, cancellationToken);
            Output.Line($"  {from:yyyy-MM}: {jobs.Count:#,0} jobs, {jobs.Count * CallsAJob:#,0} calls");
        }

        await ExecuteAsync(connection, Quarters, cancellationToken);
        await ExecuteAsync(connection, "vacuum analyze", cancellationToken);
    }

    /// <summary>This month and the eleven before it.</summary>
    private static DateTimeOffset FirstMonth()
    {
        var now = TimeProvider.System.GetUtcNow();
        return new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1 - Months);
    }

    private List<Job> Jobs(int count)
    {
        // As many days as the shortest month has. A few teams do most of the work.
        var length = (long)TimeSpan.FromDays(28).TotalMilliseconds - 60_000;
        return
        [
            .. Enumerable.Range(0, count)
                .Select(_ => _firstMonth.AddMilliseconds(_random.NextInt64(length)))
                .Order()
                .Select(at => new Job(
                    at, $"team-{(int)(Teams * Math.Pow(_random.NextDouble(), 2))}", Types[_random.Next(Types.Length)], $"user-{_random.Next(20)}",
                    [.. Enumerable.Range(0, CallsAJob).Select(_ => new Call(_random.Next(1, 40_000) * 0.0000001m, _random.Next(Models.Length)))],
                    _random.Next(100) > 0)),
        ];
    }

    private static async Task CopyJobsAsync(NpgsqlConnection connection, List<Job> jobs, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            """
            copy jobs (
                job_id, team_id, job_type, user_id, status, created_at, completed_at, expires_at, credits_reserved, credits_charged, total_calls,
                successful_calls, prompt_tokens, completion_tokens, total_cost_usd, price_usd)
            from stdin (format binary)
            """,
            cancellationToken);
        foreach (var job in jobs)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(job.JobId, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(job.TeamId, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(job.JobType, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(job.UserId, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(job.Succeeded ? "completed" : "failed", NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(job.At, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(job.At.AddMinutes(1), NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(job.At.AddDays(1), NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(1m, NpgsqlDbType.Numeric, cancellationToken);
            await copy.WriteAsync(job.Succeeded ? 1m : 0m, NpgsqlDbType.Numeric, cancellationToken);
            await copy.WriteAsync(CallsAJob, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(CallsAJob, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(500L * CallsAJob, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(100L * CallsAJob, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(job.Calls.Sum(call => call.CostUsd), NpgsqlDbType.Numeric, cancellationToken);
            await copy.WriteAsync(job.Succeeded ? 0.05m : 0m, NpgsqlDbType.Numeric, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task CopyCallsAsync(NpgsqlConnection connection, List<Job> jobs, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            """
            copy llm_calls (
                call_id, job_id, team_id, model_group, model, provider, status, streamed, late, prompt_tokens, completion_tokens, usage_source,
                cost_usd, client_cost_usd, latency_ms, attempts, created_at)
            from stdin (format binary)
            """,
            cancellationToken);
        foreach (var job in jobs)
        {
            for (var call = 0; call < CallsAJob; call++)
            {
                var at = job.At.AddSeconds(call + 1);
                var (group, model, provider) = Models[job.Calls[call].Model];
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(Guid.CreateVersion7(at), NpgsqlDbType.Uuid, cancellationToken);
                await copy.WriteAsync(job.JobId, NpgsqlDbType.Uuid, cancellationToken);
                await copy.WriteAsync(job.TeamId, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(group, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(model, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(provider, NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync("succeeded", NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(false, NpgsqlDbType.Boolean, cancellationToken);
                await copy.WriteAsync(false, NpgsqlDbType.Boolean, cancellationToken);
                await copy.WriteAsync(500, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(100, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync("upstream", NpgsqlDbType.Text, cancellationToken);
                await copy.WriteAsync(job.Calls[call].CostUsd, NpgsqlDbType.Numeric, cancellationToken);
                await copy.WriteAsync(job.Calls[call].CostUsd, NpgsqlDbType.Numeric, cancellationToken);
                await copy.WriteAsync(700, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(1, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(at, NpgsqlDbType.TimestampTz, cancellationToken);
            }
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Gives the month that starts at <paramref name="from"/> the sums of the first.</summary>
    private async Task RepeatAsync(NpgsqlConnection connection, DateTimeOffset from, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Repeat, connection);
        command.Parameters.AddWithValue("first", _firstMonth.UtcDateTime);
        command.Parameters.AddWithValue("from", from.UtcDateTime);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Tenants { get; } =
        $"""
        insert into organizations (organization_id, name)
        select 'org-' || number, 'Organization ' || number
        from generate_series(0, {Organizations - 1}) as number;
        insert into teams (team_id, organization_id, team_alias)
        select 'team-' || number, 'org-' || number % {Organizations}, 'Team ' || number
        from generate_series(0, {Teams - 1}) as number;
        insert into credit_accounts (account_id, team_id)
        select gen_random_uuid(), team_id
        from teams;
        """;

    // A new database has one partition for everything before the next month; a used one has its months.
    private static string PastMonths { get; } =
        $"""
        do $$
        declare
            bound record;
        begin
            for bound in select name from partition_bounds where lower is null loop
                execute format('drop table %I', bound.name);
            end loop;
        end $$;
        select create_month_partitions((date_trunc('month', now() at time zone 'utc') - ago * interval '1 month')::date)
        from generate_series(0, {Months - 1}) as ago;
        """;

    private const string Fold =
        """
        insert into calls_to_roll (call_id) select call_id from llm_calls;
        insert into jobs_to_roll (job_id, sign) select job_id, sign from jobs cross join (values (0), (1)) as queued (sign);
        analyze calls_to_roll, jobs_to_roll;
        select fold_usage();
        analyze job_usage, model_usage, user_usage, spend_days;
        """;

    private const string Repeat =
        """
        insert into job_usage (
            grain, starts_at, organization_id, team_id, job_type, jobs, completed, failed, cancelled, calls, failed_calls, tokens, cost_usd,
            credits, revenue_usd)
        select
            grain, starts_at + (@from - @first), organization_id, team_id, job_type, jobs, completed, failed, cancelled, calls, failed_calls, tokens,
            cost_usd, credits, revenue_usd
        from job_usage
        where starts_at >= @first
        and starts_at < @first + interval '28 days';

        insert into model_usage (
            grain, starts_at, organization_id, team_id, job_type, model_group, model, provider, calls, failed_calls, tokens, cost_usd, credits,
            revenue_usd)
        select
            grain, starts_at + (@from - @first), organization_id, team_id, job_type, model_group, model, provider, calls, failed_calls, tokens, cost_usd,
            credits, revenue_usd
        from model_usage
        where starts_at >= @first
        and starts_at < @first + interval '28 days';

        insert into user_usage (
            grain, starts_at, organization_id, team_id, user_id, jobs, calls, failed_calls, tokens, cost_usd, credits, revenue_usd)
        select
            grain, starts_at + (@from - @first), organization_id, team_id, user_id, jobs, calls, failed_calls, tokens, cost_usd, credits, revenue_usd
        from user_usage
        where grain <> 'quarter'
        and starts_at >= @first
        and starts_at < @first + interval '28 days';

        insert into spend_days (scope, scope_id, day, cost_usd)
        select scope, scope_id, day + (@from::date - @first::date), cost_usd
        from spend_days
        where day >= @first::date
        and day < @first::date + 28;
        """;

    private const string Quarters =
        """
        delete from user_usage where grain = 'quarter';
        insert into user_usage (
            grain, starts_at, organization_id, team_id, user_id, jobs, calls, failed_calls, tokens, cost_usd, credits, revenue_usd)
        select
            'quarter', date_trunc('quarter', starts_at, 'utc'), organization_id, team_id, user_id, sum(jobs), sum(calls), sum(failed_calls),
            sum(tokens), sum(cost_usd), sum(credits), sum(revenue_usd)
        from user_usage
        where grain = 'month'
        group by 1, 2, 3, 4, 5;
        """;

    /// <param name="At">When it was created.</param>
    private sealed record Job(DateTimeOffset At, string TeamId, string JobType, string UserId, Call[] Calls, bool Succeeded)
    {
        public Guid JobId { get; } = Guid.CreateVersion7(At);
    }

    /// <param name="Model">Which of <see cref="Models"/>.</param>
    private readonly record struct Call(decimal CostUsd, int Model);
}
