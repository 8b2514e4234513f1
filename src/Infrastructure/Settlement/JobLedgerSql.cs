using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;
using SaasLlm.Infrastructure.Caching;
using SaasLlm.Infrastructure.Credits;
using SaasLlm.Infrastructure.Events;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.Teams;

namespace SaasLlm.Infrastructure.Settlement;

/// <summary>The statements of <see cref="JobLedger"/>: one round trip to lock, one to write.</summary>
internal static class JobLedgerSql
{
    /// <summary>NOTIFY takes less than 8,000 bytes; an id takes 37.</summary>
    private const int IdsPerNotification = 200;

    private const string LockJobs =
        "select\n" + LockedJobs.Columns +
        """
            ,
            job.job_type,
            job.created_at,
            case
                when wish.metadata is null then 0
                else octet_length((job.metadata || wish.metadata::jsonb)::text)
            end as merged_bytes
        from jobs as job
        join unnest(@job_id, @metadata) as wish (job_id, metadata) using (job_id)
        order by job.job_id
        for no key update of job
        """;

    private const string LockWallets =
        """
        select
            account.team_id,
            account.account_id,
            account.allocated,
            account.used,
            account.reserved,
            account.unlimited,
            account.grace,
            team.budget_mode,
            team.credits_per_dollar,
            team.tokens_per_credit,
            team.status,
            organization.status,
            organization.organization_id,
            exists (select 1 from webhooks where active)
        from credit_accounts as account
        join teams as team using (team_id)
        join organizations as organization on organization.organization_id = team.organization_id
        where account.team_id = any(@team_id)
        order by account.account_id
        for no key update of account
        """;

    /// <summary>After the wallets are locked, so that it sees what was spent until then.</summary>
    private const string FindOverBudget =
        """
        select team.team_id, max(budget.scope)
        from teams as team
        join budgets as budget on (budget.scope, budget.scope_id) in (('team', team.team_id), ('organization', team.organization_id))
        where team.team_id = any(@team_id)
        and budget.mode = 'hard'
        and spent_in_month(budget.scope, budget.scope_id, @month) >= budget.monthly_cost_usd
        group by team.team_id
        """;

    private const string FindAnswers =
        """
        select answer.scope, answer.idempotency_key, answer.request_hash, answer.response::text
        from idempotency_keys as answer
        join unnest(@scope, @key) as asked (scope, idempotency_key) using (scope, idempotency_key)
        """;

    private const string InsertJobs =
        """
        with queued as (
            insert into jobs_to_roll (job_id, sign)
            select job_id, 0
            from unnest(@job_id) as job (job_id)
        )
        insert into jobs (
            job_id, team_id, job_type, user_id, external_task_id, metadata, created_at, expires_at, max_cost_usd, max_calls,
            budget_mode, conversion_rate, credits_reserved)
        select
            job_id, team_id, job_type, user_id, external_task_id, metadata::jsonb, created_at, expires_at, max_cost_usd, max_calls,
            budget_mode, conversion_rate, credits
        from (
            select
                unnest(@job_id) as job_id, unnest(@team_id) as team_id, unnest(@job_type) as job_type,
                unnest(@user_id) as user_id, unnest(@external_task_id) as external_task_id, unnest(@metadata) as metadata,
                unnest(@created_at) as created_at, unnest(@expires_at) as expires_at, unnest(@max_cost_usd) as max_cost_usd,
                unnest(@max_calls) as max_calls, unnest(@budget_mode) as budget_mode, unnest(@conversion_rate) as conversion_rate,
                unnest(@credits) as credits
        ) as job
        """;

    private const string InsertAnswers =
        """
        insert into idempotency_keys (scope, idempotency_key, request_hash, response)
        select scope, idempotency_key, request_hash, response::jsonb
        from (
            select
                unnest(@scope) as scope, unnest(@key) as idempotency_key, unnest(@request_hash) as request_hash,
                unnest(@response) as response
        ) as answer
        """;

    private const string EndJobs =
        """
        with queued as (
            insert into jobs_to_roll (job_id, sign)
            select job_id, 1
            from unnest(@job_id) as job (job_id)
        )
        update jobs
        set status = ending.status,
            completed_at = ending.ended_at,
            error_message = ending.error_message,
            metadata = jobs.metadata || coalesce(ending.metadata, '{}')::jsonb,
            credits_charged = ending.credits_charged,
            credits_written_off = ending.credits_written_off,
            credits_remaining_after = ending.credits_remaining,
            price_usd = ending.price_usd,
            pricing_rule_id = ending.pricing_rule_id
        from (
            select
                unnest(@job_id) as job_id, unnest(@status) as status, unnest(@ended_at) as ended_at,
                unnest(@error_message) as error_message, unnest(@metadata) as metadata,
                unnest(@credits_charged) as credits_charged, unnest(@credits_written_off) as credits_written_off,
                unnest(@credits_remaining) as credits_remaining, unnest(@price_usd) as price_usd,
                unnest(@pricing_rule_id) as pricing_rule_id
        ) as ending
        where jobs.job_id = ending.job_id
        """;

    private const string Notify =
        """
        select pg_notify(@channel, @payload)
        """;

    public static async Task<LockedLedger> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<JobLedger.Opening> openings, List<JobLedger.Ending> endings, bool hasBudgets)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        if (endings.Count > 0)
        {
            // One wish a job: where a batch holds two ends of the same job, the first one wins under the lock.
            var first = endings.DistinctBy(static ending => ending.Request.JobId).ToList();
            var columns = Command(batch, LockJobs, first.Count);
            columns.Add("job_id", NpgsqlDbType.Uuid, first, static ending => ending.Request.JobId);
            columns.Add("metadata", NpgsqlDbType.Text, first, static ending => MetadataText(ending.Request));
        }

        var teams = openings.Select(static opening => opening.Request.TeamId)
            .Concat(endings.Select(static ending => ending.Request.TeamId))
            .Distinct(StringComparer.Ordinal)
            .ToList();
        Command(batch, LockWallets, teams.Count).Add("team_id", NpgsqlDbType.Text, teams, static team => team);

        if (hasBudgets)
        {
            Command(batch, FindOverBudget, teams.Count).Add("team_id", NpgsqlDbType.Text, teams, static team => team);
            var month = CalendarMonth.Of(openings[^1].Request.CreatedAt).FirstDay;
            batch.BatchCommands[^1].Parameters.Add(new NpgsqlParameter<DateOnly>("month", month));
        }

        var keyed = openings.Where(static opening => opening.Request.Idempotency is not null).ToList();
        if (keyed.Count > 0)
        {
            var columns = Command(batch, FindAnswers, keyed.Count);
            columns.Add("scope", NpgsqlDbType.Text, keyed, static opening => opening.Request.Idempotency!.Scope);
            columns.Add("key", NpgsqlDbType.Text, keyed, static opening => opening.Request.Idempotency!.Key);
        }

        var locked = new LockedLedger([], new Dictionary<string, LockedWallet>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal), []);
        await using var reader = await batch.ExecuteReaderAsync();
        if (endings.Count > 0)
        {
            await ReadJobsAsync(reader, locked);
            await reader.NextResultAsync();
        }

        await ReadWalletsAsync(reader, locked);
        if (hasBudgets)
        {
            await reader.NextResultAsync();
            while (await reader.ReadAsync())
                locked.OverBudget.Add(reader.GetString(0), reader.GetString(1));
        }

        if (keyed.Count > 0)
        {
            await reader.NextResultAsync();
            await ReadAnswersAsync(reader, locked);
        }

        return locked;
    }

    public static async Task WriteAndCommitAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        List<JobLedger.Opening> openings,
        List<JobLedger.Ending> endings,
        LockedLedger locked)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        AppendOpenings(batch, openings.FindAll(static opening => opening.Written));
        AppendEndings(batch, endings.FindAll(static ending => ending.Written), locked.IsHeard);
        WalletBatch.Append(batch, [.. locked.Wallets.Values.Select(static wallet => wallet.Ledger)]);
        await batch.ExecuteAndCommitAsync();
    }

    private static void AppendOpenings(NpgsqlBatch batch, List<JobLedger.Opening> created)
    {
        if (created.Count == 0)
            return;

        var columns = Command(batch, InsertJobs, created.Count);
        columns.Add("job_id", NpgsqlDbType.Uuid, created, static opening => opening.Request.JobId);
        columns.Add("team_id", NpgsqlDbType.Text, created, static opening => opening.Request.TeamId);
        columns.Add("job_type", NpgsqlDbType.Text, created, static opening => opening.Request.JobType);
        columns.Add("user_id", NpgsqlDbType.Text, created, static opening => opening.Request.UserId);
        columns.Add("external_task_id", NpgsqlDbType.Text, created, static opening => opening.Request.ExternalTaskId);
        columns.Add("metadata", NpgsqlDbType.Text, created, static opening => opening.Request.Metadata);
        columns.Add("created_at", NpgsqlDbType.TimestampTz, created, static opening => opening.Request.CreatedAt.UtcDateTime);
        columns.Add("expires_at", NpgsqlDbType.TimestampTz, created, static opening => opening.Request.ExpiresAt.UtcDateTime);
        columns.Add("max_cost_usd", NpgsqlDbType.Numeric, created, static opening => opening.Request.MaxCostUsd);
        columns.Add("max_calls", NpgsqlDbType.Integer, created, static opening => opening.Request.MaxCalls);
        columns.Add("budget_mode", NpgsqlDbType.Text, created, static opening => BudgetModeNames.Of(opening.Tariff.Mode));
        columns.Add("conversion_rate", NpgsqlDbType.Numeric, created, static opening => opening.Tariff.IsByUse ? opening.Tariff.Rate : default(decimal?));
        columns.Add("credits", NpgsqlDbType.Numeric, created, static _ => JobTariff.LeastCredits);

        var keyed = created.FindAll(static opening => opening.Request.Idempotency is not null);
        if (keyed.Count == 0)
            return;

        columns = Command(batch, InsertAnswers, keyed.Count);
        columns.Add("scope", NpgsqlDbType.Text, keyed, static opening => opening.Request.Idempotency!.Scope);
        columns.Add("key", NpgsqlDbType.Text, keyed, static opening => opening.Request.Idempotency!.Key);
        columns.Add("request_hash", NpgsqlDbType.Bytea, keyed, static opening => opening.Request.Idempotency!.RequestHash);
        columns.Add("response", NpgsqlDbType.Text, keyed, static opening => JsonSerializer.Serialize(opening.Outcome.Value));
    }

    private static void AppendEndings(NpgsqlBatch batch, List<JobLedger.Ending> ended, bool isHeard)
    {
        if (ended.Count == 0)
            return;

        var columns = Command(batch, EndJobs, ended.Count);
        columns.Add("job_id", NpgsqlDbType.Uuid, ended, static ending => ending.Request.JobId);
        columns.Add("status", NpgsqlDbType.Text, ended, static ending => JobStatusNames.Of(ending.Request.Status));
        columns.Add("ended_at", NpgsqlDbType.TimestampTz, ended, static ending => ending.Request.EndedAt.UtcDateTime);
        columns.Add("error_message", NpgsqlDbType.Text, ended, static ending => StorableText.Of(ending.Request.ErrorMessage));
        columns.Add("metadata", NpgsqlDbType.Text, ended, static ending => MetadataText(ending.Request));
        columns.Add("credits_charged", NpgsqlDbType.Numeric, ended, static ending => ending.CreditsCharged);
        columns.Add("credits_written_off", NpgsqlDbType.Numeric, ended, static ending => ending.CreditsWrittenOff);
        columns.Add("credits_remaining", NpgsqlDbType.Numeric, ended, static ending => ending.CreditsRemaining);
        columns.Add("price_usd", NpgsqlDbType.Numeric, ended, static ending => ending.Price.Usd);
        columns.Add("pricing_rule_id", NpgsqlDbType.Uuid, ended, static ending => ending.Price.PricingRuleId);

        if (isHeard)
            JobEventSql.Append(batch, ended);

        foreach (var ids in ended.Chunk(IdsPerNotification))
        {
            var notify = new NpgsqlBatchCommand(Notify);
            notify.Parameters.Add(new NpgsqlParameter<string>("channel", PostgresSession.Channel));
            notify.Parameters.Add(new NpgsqlParameter<string>(
                "payload", ChangeMessage.Format(ChangedThing.Job, string.Join(',', ids.Select(static ending => ending.Request.JobId)))));
            batch.BatchCommands.Add(notify);
        }
    }

    private static async Task ReadJobsAsync(NpgsqlDataReader reader, LockedLedger locked)
    {
        while (await reader.ReadAsync())
        {
            var job = LockedJobs.Read(reader).ToJob();
            locked.Jobs.Add(job.JobId, new LockedJob(
                job,
                reader.GetString(LockedJobs.ColumnCount),
                reader.GetFieldValue<DateTimeOffset>(LockedJobs.ColumnCount + 1),
                reader.GetInt32(LockedJobs.ColumnCount + 2)));
        }
    }

    private static async Task ReadWalletsAsync(NpgsqlDataReader reader, LockedLedger locked)
    {
        while (await reader.ReadAsync())
        {
            var teamId = reader.GetString(0);
            var ledger = WalletRow.Read(reader, first: 1);
            var tariff = JobTariff.Of(BudgetModeNames.Parse(reader.GetString(7)), reader.GetDecimal(8), reader.GetInt32(9));
            var status = TeamStatusNames.Parse(reader.GetString(10));
            var refusal = status == TeamStatus.Deleted ? TeamsErrors.NotFound(teamId)
                : status != TeamStatus.Active ? TeamsErrors.NotActive(status)
                : reader.GetString(11) != "active" ? TeamsErrors.OrganizationNotActive()
                : null;
            locked.IsHeard = reader.GetBoolean(13);
            locked.Wallets.Add(teamId, new LockedWallet(ledger, reader.GetString(12), tariff, refusal));
        }
    }

    private static async Task ReadAnswersAsync(NpgsqlDataReader reader, LockedLedger locked)
    {
        while (await reader.ReadAsync())
        {
            locked.Answers[(reader.GetString(0), reader.GetString(1))] =
                new EarlierAnswer(reader.GetFieldValue<byte[]>(2), JsonSerializer.Deserialize<JobOpened>(reader.GetString(3))!);
        }
    }

    private static string? MetadataText(JobEnding ending) =>
        ending.Metadata is { ValueKind: JsonValueKind.Object } ? MetadataJson.Of(ending.Metadata) : null;

    private static ParameterColumns Command(NpgsqlBatch batch, string sql, int rows)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return new ParameterColumns(command.Parameters, rows);
    }
}
