using SaasLlm.Application.Catalog.ModelGroups;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Catalog;

internal sealed class ModelGroupRepository(PostgresSession session) : IModelGroupRepository
{
    public async Task<bool> CreateAsync(string groupName, string displayName, string description, GroupSettings settings, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            """
            insert into model_groups (group_name, display_name, description, routing_strategy, hedge_after_ms, cache_ttl_seconds)
            values (@groupName, @displayName, @description, coalesce(@RoutingStrategy, 'weighted'), nullif(@HedgeAfterMs, 0), nullif(@CacheTtlSeconds, 0))
            on conflict (group_name) do nothing
            """,
            new { groupName, displayName, description, settings.RoutingStrategy, settings.HedgeAfterMs, settings.CacheTtlSeconds },
            cancellationToken) == 1;

    public async Task<bool> UpdateAsync(string groupName, string? displayName, string? description, GroupSettings settings, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            """
            update model_groups
            set display_name = coalesce(@displayName, display_name),
                description = coalesce(@description, description),
                routing_strategy = coalesce(@RoutingStrategy, routing_strategy),
                hedge_after_ms = nullif(coalesce(@HedgeAfterMs, hedge_after_ms), 0),
                cache_ttl_seconds = nullif(coalesce(@CacheTtlSeconds, cache_ttl_seconds), 0),
                updated_at = now()
            where group_name = @groupName
            """,
            new { groupName, displayName, description, settings.RoutingStrategy, settings.HedgeAfterMs, settings.CacheTtlSeconds },
            cancellationToken) == 1;

    public async Task SetModelsAsync(string groupName, IReadOnlyList<ModelGroupMember> models, CancellationToken cancellationToken)
    {
        // Members that stay are kept, so that the audit log shows what changed and no more.
        var names = models.Select(model => model.ModelName).ToArray();
        await session.ExecuteAsync(
            """
            delete from model_group_models
            where group_name = @groupName
              and model_alias <> all(@names)
            """,
            new { groupName, names },
            cancellationToken);
        await session.ExecuteAsync(
            """
            insert into model_group_models (group_name, model_alias, priority, weight, active)
            select @groupName, model_alias, priority, weight, active
            from unnest(@names, @priorities, @weights, @actives) as entry (model_alias, priority, weight, active)
            on conflict (group_name, model_alias) do update
            set priority = excluded.priority,
                weight = excluded.weight,
                active = excluded.active
            """,
            new
            {
                groupName,
                names,
                priorities = models.Select(model => model.Priority).ToArray(),
                weights = models.Select(model => model.Weight).ToArray(),
                actives = models.Select(model => model.Active).ToArray(),
            },
            cancellationToken);
    }

    public async Task<ModelGroupResponse?> GetAsync(string groupName, CancellationToken cancellationToken)
    {
        var group = await session.QuerySingleOrDefaultAsync<ModelGroupResponse>(
            """
            select group_name, display_name, description, routing_strategy, hedge_after_ms, cache_ttl_seconds, created_at, updated_at
            from model_groups
            where group_name = @groupName
            """,
            new { groupName },
            cancellationToken);
        return group is null ? null : (await WithModelsAsync([group], cancellationToken))[0];
    }

    public async Task<Page<ModelGroupResponse>> ListAsync(PageStart start, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<ModelGroupResponse>(
            """
            select group_name, display_name, description, routing_strategy, hedge_after_ms, cache_ttl_seconds, created_at, updated_at
            from model_groups
            where @After is null or group_name > @After
            order by group_name
            limit @Limit + 1
            """,
            start,
            cancellationToken);
        var page = Page<ModelGroupResponse>.Of(rows, start.Limit, row => row.GroupName);
        return page with { Rows = await WithModelsAsync(page.Rows, cancellationToken) };
    }

    public async Task<bool> LockAsync(string groupName, CancellationToken cancellationToken) =>
        await session.QuerySingleOrDefaultAsync<string>(
            """
            select group_name
            from model_groups
            where group_name = @groupName
            for update
            """,
            new { groupName },
            cancellationToken) is not null;

    public Task<IReadOnlyList<string>> TeamsUsingAsync(string groupName, CancellationToken cancellationToken) =>
        session.QueryAsync<string>(
            """
            select team_id
            from team_model_groups
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
            delete from team_model_groups
            where group_name = @groupName
            """,
            new { groupName },
            cancellationToken);
        await session.ExecuteAsync(
            """
            delete from model_groups
            where group_name = @groupName
            """,
            new { groupName },
            cancellationToken);
    }

    private async Task<IReadOnlyList<ModelGroupResponse>> WithModelsAsync(IReadOnlyList<ModelGroupResponse> groups, CancellationToken cancellationToken)
    {
        var members = await session.QueryAsync<MemberRow>(
            """
            select group_name, model_alias, priority, weight, active
            from model_group_models
            where group_name = any(@names)
            order by group_name, priority, weight desc, model_alias
            """,
            new { names = groups.Select(group => group.GroupName).ToArray() },
            cancellationToken);
        var byGroup = members.ToLookup(member => member.GroupName, member => member.ToMember(), StringComparer.Ordinal);
        return [.. groups.Select(group => group with { Models = [.. byGroup[group.GroupName]] })];
    }

    private sealed record MemberRow
    {
        public required string GroupName { get; init; }

        public required string ModelAlias { get; init; }

        public required int Priority { get; init; }

        public required int Weight { get; init; }

        public required bool Active { get; init; }

        public ModelGroupMember ToMember() => new(ModelAlias, Priority, Weight, Active);
    }
}
