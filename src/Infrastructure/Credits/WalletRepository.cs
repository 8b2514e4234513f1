using SaasLlm.Application.Credits;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Credits;
using SaasLlm.Infrastructure.Postgres;
using SaasLlm.Infrastructure.Settlement;

namespace SaasLlm.Infrastructure.Credits;

internal sealed class WalletRepository(PostgresSession session) : IWalletRepository
{
    public async Task<CreditLedger> OpenAsync(string teamId, bool unlimited, CancellationToken cancellationToken)
    {
        var accountId = Guid.CreateVersion7();
        await session.ExecuteAsync(
            """
            insert into credit_accounts (account_id, team_id, unlimited)
            values (@accountId, @teamId, @unlimited)
            """,
            new { accountId, teamId, unlimited },
            cancellationToken);
        return new CreditLedger(accountId, 0, 0, 0, unlimited);
    }

    public async Task<CreditLedger?> LockAsync(string teamId, CancellationToken cancellationToken)
    {
        var row = await session.QuerySingleOrDefaultAsync<WalletRow>(
            """
            select account.account_id, account.allocated, account.used, account.reserved, account.unlimited, account.grace
            from credit_accounts as account
            join teams as team using (team_id)
            where account.team_id = @teamId
            and team.status <> 'deleted'
            for no key update of account
            """,
            new { teamId },
            cancellationToken);
        return row?.ToLedger();
    }

    public Task SaveAsync(CreditLedger wallet, CancellationToken cancellationToken) =>
        session.ExecuteBatchAsync(batch => WalletBatch.Append(batch, [wallet]), cancellationToken);

    public async Task<TeamBudgetMode> SetBudgetModeAsync(SetBudgetMode change, CancellationToken cancellationToken)
    {
        if (change.BudgetMode is not null)
        {
            await session.ExecuteAsync(
                """
                update credit_accounts
                set unlimited = @Unlimited
                where team_id = @TeamId
                and unlimited <> @Unlimited
                """,
                new { change.TeamId, Unlimited = change.BudgetMode == "unlimited" },
                cancellationToken);
        }

        return await session.QuerySingleAsync<TeamBudgetMode>(
            """
            update teams
            set budget_mode = coalesce(@BudgetMode, budget_mode),
                credits_per_dollar = coalesce(@CreditsPerDollar, credits_per_dollar),
                tokens_per_credit = coalesce(@TokensPerCredit, tokens_per_credit),
                updated_at = now()
            where team_id = @TeamId
            returning team_id, budget_mode, credits_per_dollar, tokens_per_credit
            """,
            new { change.TeamId, change.BudgetMode, change.CreditsPerDollar, change.TokensPerCredit },
            cancellationToken);
    }

    public Task SetGraceAsync(string teamId, decimal grace, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            update credit_accounts
            set grace = @grace
            where team_id = @teamId
            """,
            new { teamId, grace },
            cancellationToken);

    public Task<BalanceResponse?> GetBalanceAsync(string teamId, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<BalanceResponse>(
            """
            select
                account.team_id,
                team.organization_id,
                account.allocated as credits_allocated,
                account.used as credits_used,
                account.reserved as credits_reserved,
                account.allocated - account.used as credits_remaining,
                account.allocated - account.used - account.reserved + account.grace as credits_available,
                account.grace as grace_credits,
                case when account.allocated = 0 then 0 else round(account.used * 100 / account.allocated, 2) end as percentage_used,
                account.unlimited,
                team.budget_mode,
                team.status
            from credit_accounts as account
            join teams as team using (team_id)
            where account.team_id = @teamId
            and team.status <> 'deleted'
            """,
            new { teamId },
            cancellationToken);

    public async Task<Page<TransactionResponse>> ListTransactionsAsync(string teamId, PageStart page, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<TransactionResponse>(
            LedgerEntries.Select + "and account.team_id = @teamId" + LedgerEntries.NewestFirst,
            new { teamId, After = page.After is null ? (long?)null : long.Parse(page.After), page.Limit },
            cancellationToken);
        return Page<TransactionResponse>.Of(rows, page.Limit, row => row.EntryNo.ToString());
    }
}
