using System.Collections.Frozen;
using System.Data;
using Dapper;
using Npgsql;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Infrastructure.Catalog;

/// <summary>Reads the whole catalogue as of one moment.</summary>
internal static class CatalogLoader
{
    public static async Task<CatalogSnapshot> LoadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);

        // One snapshot for all of it: no group may name a model that a later statement does not see.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            select model_alias, provider, upstream_model, input_usd_per_million, output_usd_per_million,
                cached_input_usd_per_million, cache_write_usd_per_million, context_window, max_output_tokens, max_parallel, active,
                mode, local, tiers, capabilities, task_types, created_at,
                (
                    select min(tier.rank)
                    from tiers as tier
                    where tier.tier_name = any(models.tiers)
                ) as tier_rank
            from models;

            select group_name, routing_strategy, hedge_after_ms, cache_ttl_seconds
            from model_groups;

            select group_name, model_alias, priority, weight, active
            from model_group_models;

            select group_name, array_remove(array_agg(model_alias), null) as models
            from access_groups
            left join access_group_models using (group_name)
            group by group_name
            """,
            transaction: transaction,
            cancellationToken: cancellationToken));

        var models = (await results.ReadAsync<ModelRow>()).ToFrozenDictionary(row => row.ModelAlias, row => row.ToModel(), StringComparer.Ordinal);
        var groupRows = await results.ReadAsync<GroupRow>();
        var members = (await results.ReadAsync<MemberRow>()).ToLookup(row => row.GroupName, row => row.ToMember(), StringComparer.Ordinal);
        var groups = groupRows.ToFrozenDictionary(row => row.GroupName, row => row.ToGroup(members[row.GroupName]), StringComparer.Ordinal);
        var accessGroups = (await results.ReadAsync<AccessRow>()).ToFrozenDictionary(
            row => row.GroupName,
            IReadOnlySet<string> (row) => row.Models.ToFrozenSet(StringComparer.Ordinal),
            StringComparer.Ordinal);
        return new CatalogSnapshot(models, groups, accessGroups);
    }

    private sealed record ModelRow
    {
        public required string ModelAlias { get; init; }

        public required string Provider { get; init; }

        public required string UpstreamModel { get; init; }

        public decimal? InputUsdPerMillion { get; init; }

        public decimal? OutputUsdPerMillion { get; init; }

        public decimal? CachedInputUsdPerMillion { get; init; }

        public decimal? CacheWriteUsdPerMillion { get; init; }

        public int? ContextWindow { get; init; }

        public int? MaxOutputTokens { get; init; }

        public int? MaxParallel { get; init; }

        public required bool Active { get; init; }

        public required string Mode { get; init; }

        public required bool Local { get; init; }

        public required string[] Tiers { get; init; }

        public required string[] Capabilities { get; init; }

        public required string[] TaskTypes { get; init; }

        public int? TierRank { get; init; }

        public required DateTimeOffset CreatedAt { get; init; }

        public CatalogModel ToModel() => new()
        {
            Alias = ModelAlias,
            Provider = Provider,
            UpstreamModel = UpstreamModel,
            Prices = InputUsdPerMillion is { } input && OutputUsdPerMillion is { } output
                ? new ModelPrices(input, output, CachedInputUsdPerMillion, CacheWriteUsdPerMillion)
                : null,
            ContextWindow = ContextWindow,
            MaxOutputTokens = MaxOutputTokens,
            MaxParallel = MaxParallel,
            Active = Active,
            Mode = Mode switch
            {
                "embedding" => ModelMode.Embedding,
                "image_generation" => ModelMode.ImageGeneration,
                _ => ModelMode.Chat,
            },
            CreatedAt = CreatedAt,
            Local = Local,
            Tiers = Tiers,

            // A model whose tiers are all unknown is nobody's by tier.
            TierRank = Tiers.Length == 0 ? null : TierRank ?? int.MaxValue,
            Abilities = Ability("tools", ModelNeeds.Tools) | Ability("vision", ModelNeeds.Vision) | Ability("json_schema", ModelNeeds.JsonSchema),
            Capabilities = Capabilities,
            TaskTypes = TaskTypes,
        };

        private ModelNeeds Ability(string name, ModelNeeds ability) => Capabilities.Contains(name, StringComparer.Ordinal) ? ability : ModelNeeds.None;
    }

    private sealed record GroupRow
    {
        public required string GroupName { get; init; }

        public required string RoutingStrategy { get; init; }

        public int? HedgeAfterMs { get; init; }

        public int? CacheTtlSeconds { get; init; }

        public CatalogGroup ToGroup(IEnumerable<CatalogMember> members) => new(GroupName, [.. members])
        {
            RoutingStrategy = RoutingStrategyNames.Parse(RoutingStrategy),
            HedgeAfterMs = HedgeAfterMs,
            CacheTtlSeconds = CacheTtlSeconds,
        };
    }

    private sealed record MemberRow
    {
        public required string GroupName { get; init; }

        public required string ModelAlias { get; init; }

        public required int Priority { get; init; }

        public required int Weight { get; init; }

        public required bool Active { get; init; }

        public CatalogMember ToMember() => new(ModelAlias, Priority, Weight, Active);
    }

    private sealed record AccessRow
    {
        public required string GroupName { get; init; }

        public required string[] Models { get; init; }
    }
}
