using SaasLlm.Application.Catalog.AccessGroups;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Catalog;

internal sealed class AccessGroupRepository(PostgresSession session) : IAccessGroupRepository
{
    public async Task<bool> CreateAsync(string groupName, string description, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            """
            insert into access_groups (group_name, description)
            values (@groupName, @description)
            on conflict (group_name) do nothing
            """,
            new { groupName, description },
            cancellationToken) == 1;

    public async Task<bool> UpdateAsync(string groupName, string? description, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            """
            update access_groups
            set description = coalesce(@description, description),
                updated_at = now()
            where group_name = @groupName
            """,
            new { groupName, description },
            cancellationToken) == 1;

    public Task AddModelsAsync(string groupName, IReadOnlyList<string> modelAliases, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            insert into access_group_models (group_name, model_alias)
            select @groupName, model_alias
            from unnest(@modelAliases) as model_alias
            on conflict (group_name, model_alias) do nothing
            """,
            new { groupName, modelAliases },
            cancellationToken);

    public Task RemoveModelsAsync(string groupName, IReadOnlyList<string> modelAliases, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            delete from access_group_models
            where group_name = @groupName
              and model_alias = any(@modelAliases)
            """,
            new { groupName, modelAliases },
            cancellationToken);

    public Task KeepOnlyModelsAsync(string groupName, IReadOnlyList<string> modelAliases, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            delete from access_group_models
            where group_name = @groupName
              and model_alias <> all(@modelAliases)
            """,
            new { groupName, modelAliases },
            cancellationToken);

    public Task<AccessGroupResponse?> GetAsync(string groupName, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<AccessGroupResponse>(
            """
            select group_name, description, created_at, updated_at,
                array(
                    select model_alias
                    from access_group_models member
                    where member.group_name = access_groups.group_name
                    order by model_alias) as model_aliases
            from access_groups
            where group_name = @groupName
            """,
            new { groupName },
            cancellationToken);

    public async Task<Page<AccessGroupResponse>> ListAsync(PageStart start, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<AccessGroupResponse>(
            """
            select group_name, description, created_at, updated_at,
                array(
                    select model_alias
                    from access_group_models member
                    where member.group_name = access_groups.group_name
                    order by model_alias) as model_aliases
            from access_groups
            where @After is null or group_name > @After
            order by group_name
            limit @Limit + 1
            """,
            start,
            cancellationToken);
        return Page<AccessGroupResponse>.Of(rows, start.Limit, row => row.GroupName);
    }

    public async Task<bool> LockAsync(string groupName, CancellationToken cancellationToken) =>
        await session.QuerySingleOrDefaultAsync<string>(
            """
            select group_name
            from access_groups
            where group_name = @groupName
            for update
            """,
            new { groupName },
            cancellationToken) is not null;

    public Task<IReadOnlyList<string>> TeamsUsingAsync(string groupName, CancellationToken cancellationToken) =>
        session.QueryAsync<string>(
            """
            select team_id
            from team_access_groups
            join teams using (team_id)
            where group_name = @groupName
              and status <> 'deleted'
            order by team_id
            limit 10
            """,
            new { groupName },
            cancellationToken);

    public async Task DeleteAsync(string groupName, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(
            """
            delete from team_access_groups
            where group_name = @groupName
            """,
            new { groupName },
            cancellationToken);
        await session.ExecuteAsync(
            """
            delete from access_groups
            where group_name = @groupName
            """,
            new { groupName },
            cancellationToken);
    }
}
