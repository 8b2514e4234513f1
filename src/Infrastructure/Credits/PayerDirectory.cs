using Dapper;
using Npgsql;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Tiers;
using SaasLlm.Infrastructure.Caching;

namespace SaasLlm.Infrastructure.Credits;

/// <summary>Payers as the hot path reads them: from this node's memory, dropped when they change.</summary>
internal sealed class PayerDirectory(NpgsqlDataSource dataSource, IListenerState listener, TimeProvider time) : IPayerDirectory, IInvalidated
{
    private const int Capacity = 100_000;

    private const string Columns =
        """
            account.account_id,
            account.hold_policy,
            organization.organization_id,
            organization.status = 'active' as organization_active,
            organization.tier_since,
            organization.rpm_limit,
            organization.tpm_limit,
            organization.max_parallel,
            organization.burst_limit,
            tier.tier_name,
            tier.rank,
            tier.daily_calls,
            tier.monthly_calls,
            tier.trial_calls,
            tier.trial_days,
            tier.markup_percent,
            tier.default_model
        """;

    private readonly InvalidatedCache<Member, Payer> _members = new(listener, time, Capacity, TimeSpan.Zero);
    private readonly InvalidatedCache<string, Payer> _teams = new(listener, time, Capacity, TimeSpan.Zero);

    public ValueTask<Payer?> FindAsync(string organizationId, string? userId, CancellationToken cancellationToken) =>
        _members.GetAsync(
            new Member(organizationId, userId), this, static (self, member, token) => self.LoadAsync(member, token), cancellationToken);

    public ValueTask<Payer?> FindTeamAsync(string teamId, CancellationToken cancellationToken) =>
        _teams.GetAsync(teamId, this, static (self, id, token) => self.LoadTeamAsync(id, token), cancellationToken);

    public void Drop(ChangedThing thing, string id)
    {
        switch (thing)
        {
            case ChangedThing.Team:
                _teams.Drop(id);
                break;
            case ChangedThing.Organization or ChangedThing.Tier:
                DropAll();
                break;
        }
    }

    public void DropAll()
    {
        _members.DropAll();
        _teams.DropAll();
    }

    private async Task<Payer?> LoadAsync(Member member, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var row = await FindAsync(connection, member, cancellationToken);
        if (row is not null)
            return row.ToPayer();

        // Most probably there is no such organization; one that an older version created has no pool yet.
        await connection.ExecuteAsync(new CommandDefinition(
            OrganizationWallets.OpenPools,
            new { OrganizationIds = new[] { member.OrganizationId } },
            cancellationToken: cancellationToken));
        return (await FindAsync(connection, member, cancellationToken))?.ToPayer();
    }

    private static Task<PayerRow?> FindAsync(NpgsqlConnection connection, Member member, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<PayerRow>(new CommandDefinition(
            "select account.user_id is null as is_pool," + Columns +
            """

            from organizations as organization
            join credit_accounts as account on account.organization_id = organization.organization_id
            left join tiers as tier on tier.tier_name = organization.tier
            where organization.organization_id = @OrganizationId
            and organization.status <> 'deleted'
            and (account.user_id is null or account.user_id = @UserId)
            order by account.user_id nulls last
            limit 1
            """,
            member,
            cancellationToken: cancellationToken));

    private async Task<Payer?> LoadTeamAsync(string teamId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<PayerRow>(new CommandDefinition(
            "select false as is_pool," + Columns +
            """

            from teams as team
            join credit_accounts as account using (team_id)
            join organizations as organization on organization.organization_id = team.organization_id
            left join tiers as tier on tier.tier_name = organization.tier
            where team.team_id = @teamId
            and team.status <> 'deleted'
            """,
            new { teamId },
            cancellationToken: cancellationToken));
        return row?.ToPayer();
    }

    /// <param name="UserId">Null: the organization itself.</param>
    private readonly record struct Member(string OrganizationId, string? UserId);

    private sealed record PayerRow
    {
        public bool IsPool { get; init; }

        public Guid AccountId { get; init; }

        public string HoldPolicy { get; init; } = "";

        public string OrganizationId { get; init; } = "";

        public bool OrganizationActive { get; init; }

        public DateTimeOffset TierSince { get; init; }

        public int? RpmLimit { get; init; }

        public int? TpmLimit { get; init; }

        public int? MaxParallel { get; init; }

        public int? BurstLimit { get; init; }

        public string? TierName { get; init; }

        public int Rank { get; init; }

        public int? DailyCalls { get; init; }

        public int? MonthlyCalls { get; init; }

        public int? TrialCalls { get; init; }

        public int? TrialDays { get; init; }

        public decimal MarkupPercent { get; init; }

        public string? DefaultModel { get; init; }

        public Payer ToPayer() => new()
        {
            AccountId = AccountId,
            OrganizationId = OrganizationId,
            OrganizationActive = OrganizationActive,
            IsPool = IsPool,
            HoldPolicy = HoldPolicyNames.Parse(HoldPolicy),
            Tier = TierName is null
                ? null
                : new TierTerms(TierName, Rank, DailyCalls, MonthlyCalls, TrialCalls, TrialDays, MarkupPercent, DefaultModel),
            TierSince = DateOnly.FromDateTime(TierSince.UtcDateTime),
            OrganizationLimits = RateScope.Of(
                RateScopeKind.Organization, OrganizationId, OrganizationId, new RateLimits(RpmLimit, TpmLimit, MaxParallel, BurstLimit)),
        };
    }
}
