using SaasLlm.Application.Identities;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Identities;

internal sealed class MemberRepository(PostgresSession session) : IMemberRepository
{
    public async Task<Page<MemberResponse>> ListAsync(string organizationId, PageStart start, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<MemberResponse>(
            """
            select member.organization_id, member.user_id, account.email, account.name, member.role, account.status, member.created_at
            from organization_members as member
            join users as account using (user_id)
            where member.organization_id = @organizationId
            and (@After is null or member.user_id > @After)
            order by member.user_id
            limit @Limit + 1
            """,
            new { organizationId, start.After, start.Limit },
            cancellationToken);
        return Page<MemberResponse>.Of(rows, start.Limit, row => row.UserId);
    }

    public Task<MemberResponse> GetAsync(string organizationId, string userId, CancellationToken cancellationToken) =>
        session.QuerySingleAsync<MemberResponse>(
            """
            select member.organization_id, member.user_id, account.email, account.name, member.role, account.status, member.created_at
            from organization_members as member
            join users as account using (user_id)
            where member.organization_id = @organizationId
            and member.user_id = @userId
            """,
            new { organizationId, userId },
            cancellationToken);

    public async Task<OrganizationRole?> RoleOfAsync(string organizationId, string userId, CancellationToken cancellationToken) =>
        RoleNames.Parse(await session.QuerySingleOrDefaultAsync<string>(
            """
            select role
            from organization_members
            where organization_id = @organizationId
            and user_id = @userId
            """,
            new { organizationId, userId },
            cancellationToken));

    public Task<bool> HasOtherOwnerAsync(string organizationId, string userId, CancellationToken cancellationToken) =>
        session.QuerySingleAsync<bool>(
            """
            select exists (
                select 1
                from organization_members
                where organization_id = @organizationId
                and user_id <> @userId
                and role = 'owner')
            """,
            new { organizationId, userId },
            cancellationToken);

    // A deleted organization or user is still a row, which the foreign keys alone would accept.
    public async Task<bool> AddAsync(string organizationId, string userId, OrganizationRole role, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            """
            insert into organization_members (organization_id, user_id, role)
            select organization.organization_id, account.user_id, @role
            from organizations as organization
            cross join users as account
            where organization.organization_id = @organizationId
            and organization.status <> 'deleted'
            and account.user_id = @userId
            and account.status <> 'deleted'
            on conflict (organization_id, user_id) do nothing
            """,
            new { organizationId, userId, role = RoleNames.Of(role) },
            cancellationToken) == 1;

    public Task SetRoleAsync(string organizationId, string userId, OrganizationRole role, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            update organization_members
            set role = @role
            where organization_id = @organizationId
            and user_id = @userId
            """,
            new { organizationId, userId, role = RoleNames.Of(role) },
            cancellationToken);

    public Task RemoveAsync(string organizationId, string userId, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            delete from organization_members
            where organization_id = @organizationId
            and user_id = @userId
            """,
            new { organizationId, userId },
            cancellationToken);
}
