using SaasLlm.Application.Alerts;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Infrastructure.Credits;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Alerts;

internal sealed class AlertRepository(PostgresSession session) : IAlertRepository
{
    public async Task<Page<AlertResponse>> ListAsync(AlertFilter filter, PageStart page, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<AlertResponse>(
            """
            select alert_id, kind, organization_id, team_id, threshold, value, unit, message, created_at
            from alerts
            where (@Kind::text is null or kind = @Kind)
            and (@OrganizationId::text is null or organization_id = @OrganizationId)
            and (@TeamId::text is null or team_id = @TeamId)
            and (@after::uuid is null or alert_id < @after)
            order by alert_id desc
            limit @Limit + 1
            """,
            new { filter.Kind, filter.OrganizationId, filter.TeamId, after = page.After is null ? (Guid?)null : Guid.Parse(page.After), page.Limit },
            cancellationToken);
        return Page<AlertResponse>.Of(rows, page.Limit, row => row.AlertId.ToString());
    }

    public async Task<CreditAlertsResponse?> GetCreditAlertsAsync(CreditAlertsOwner owner, CancellationToken cancellationToken)
    {
        await OpenPoolAsync(owner, cancellationToken);
        return await session.QuerySingleOrDefaultAsync<CreditAlertsResponse>(
            """
            select account.team_id, account.organization_id, account.alert_percents as percentages, account.alert_credits as credits_below
            from credit_accounts as account
            left join teams as team on team.team_id = account.team_id
            left join organizations as organization on organization.organization_id = account.organization_id
            where account.user_id is null
            and (account.team_id = @TeamId or account.organization_id = @OrganizationId)
            and coalesce(team.status, organization.status) <> 'deleted'
            """,
            owner,
            cancellationToken);
    }

    public async Task<CreditAlertsResponse?> SetCreditAlertsAsync(CreditAlertsChange change, CancellationToken cancellationToken)
    {
        await OpenPoolAsync(change.Owner, cancellationToken);

        // Wallets are locked in the order of their ids, here as everywhere.
        await session.ExecuteAsync(
            """
            with locked as (
                select account_id
                from credit_accounts
                where team_id = @TeamId or organization_id = @OrganizationId
                order by account_id
                for no key update
            )
            update credit_accounts as account
            set alert_percents = coalesce(@percentages, account.alert_percents),
                alert_credits = case
                    when account.user_id is null then nullif(coalesce(@CreditsBelow, account.alert_credits), 0)
                end
            from locked
            where account.account_id = locked.account_id
            """,
            new { change.Owner.TeamId, change.Owner.OrganizationId, percentages = change.Percentages?.ToArray(), change.CreditsBelow },
            cancellationToken);
        return await GetCreditAlertsAsync(change.Owner, cancellationToken);
    }

    private async Task OpenPoolAsync(CreditAlertsOwner owner, CancellationToken cancellationToken)
    {
        if (owner.OrganizationId is { } organizationId)
            await session.ExecuteAsync(OrganizationWallets.OpenPools, new { OrganizationIds = new[] { organizationId } }, cancellationToken);
    }
}
