using SaasLlm.Application.Catalog.Models;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Catalog;

internal sealed class ModelRepository(PostgresSession session) : IModelRepository
{
    public Task<ModelResponse?> CreateAsync(CreateModel model, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<ModelResponse>(
            """
            insert into models (
                model_alias, provider, upstream_model, mode,
                input_usd_per_million, output_usd_per_million, cached_input_usd_per_million, cache_write_usd_per_million,
                context_window, max_output_tokens, max_parallel, local, tiers, capabilities, task_types, active)
            values (
                @ModelAlias, @Provider, coalesce(@UpstreamModel, @ModelAlias), coalesce(@Mode, 'chat'),
                @InputUsdPerMillion, @OutputUsdPerMillion, @CachedInputUsdPerMillion, @CacheWriteUsdPerMillion,
                @ContextWindow, @MaxOutputTokens, nullif(@MaxParallel, 0), coalesce(@Local, false), coalesce(@Tiers::text[], '{}'),
                coalesce(@Capabilities::text[], '{}'), coalesce(@TaskTypes::text[], '{}'), coalesce(@Active, true))
            on conflict (model_alias) do nothing
            returning model_alias, provider, upstream_model, mode,
                input_usd_per_million, output_usd_per_million, cached_input_usd_per_million, cache_write_usd_per_million,
                context_window, max_output_tokens, max_parallel, local, tiers, capabilities, task_types, active, built_in, created_at, updated_at
            """,
            model,
            cancellationToken);

    public Task<ModelResponse?> UpdateAsync(UpdateModel change, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<ModelResponse>(
            """
            update models
            set provider = coalesce(@Provider, provider),
                upstream_model = coalesce(@UpstreamModel, upstream_model),
                mode = coalesce(@Mode, mode),
                input_usd_per_million = coalesce(@InputUsdPerMillion, input_usd_per_million),
                output_usd_per_million = coalesce(@OutputUsdPerMillion, output_usd_per_million),
                cached_input_usd_per_million = coalesce(@CachedInputUsdPerMillion, cached_input_usd_per_million),
                cache_write_usd_per_million = coalesce(@CacheWriteUsdPerMillion, cache_write_usd_per_million),
                context_window = coalesce(@ContextWindow, context_window),
                max_output_tokens = coalesce(@MaxOutputTokens, max_output_tokens),
                max_parallel = nullif(coalesce(@MaxParallel, max_parallel), 0),
                local = coalesce(@Local, local),
                tiers = coalesce(@Tiers::text[], tiers),
                capabilities = coalesce(@Capabilities::text[], capabilities),
                task_types = coalesce(@TaskTypes::text[], task_types),
                active = coalesce(@Active, active),
                built_in = false,
                updated_at = now()
            where model_alias = @ModelAlias
            returning model_alias, provider, upstream_model, mode,
                input_usd_per_million, output_usd_per_million, cached_input_usd_per_million, cache_write_usd_per_million,
                context_window, max_output_tokens, max_parallel, local, tiers, capabilities, task_types, active, built_in, created_at, updated_at
            """,
            change,
            cancellationToken);

    public Task<ModelResponse?> GetAsync(string modelAlias, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<ModelResponse>(
            """
            select model_alias, provider, upstream_model, mode,
                input_usd_per_million, output_usd_per_million, cached_input_usd_per_million, cache_write_usd_per_million,
                context_window, max_output_tokens, max_parallel, local, tiers, capabilities, task_types, active, built_in, created_at, updated_at
            from models
            where model_alias = @modelAlias
            """,
            new { modelAlias },
            cancellationToken);

    public async Task<Page<ModelResponse>> ListAsync(PageStart start, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<ModelResponse>(
            """
            select model_alias, provider, upstream_model, mode,
                input_usd_per_million, output_usd_per_million, cached_input_usd_per_million, cache_write_usd_per_million,
                context_window, max_output_tokens, max_parallel, local, tiers, capabilities, task_types, active, built_in, created_at, updated_at
            from models
            where @After is null or model_alias > @After
            order by model_alias
            limit @Limit + 1
            """,
            start,
            cancellationToken);
        return Page<ModelResponse>.Of(rows, start.Limit, row => row.ModelAlias);
    }

    public async Task<bool> LockAsync(string modelAlias, CancellationToken cancellationToken) =>
        await session.QuerySingleOrDefaultAsync<string>(
            """
            select model_alias
            from models
            where model_alias = @modelAlias
            for update
            """,
            new { modelAlias },
            cancellationToken) is not null;

    public Task<IReadOnlyList<string>> GroupsUsingAsync(string modelAlias, CancellationToken cancellationToken) =>
        session.QueryAsync<string>(
            """
            select group_name
            from model_group_models
            where model_alias = @modelAlias
            order by group_name
            """,
            new { modelAlias },
            cancellationToken);

    // The next seeding must not bring a built-in model back that an operator did not want.
    public Task DeleteAsync(string modelAlias, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            with removed as (
                delete from models
                where model_alias = @modelAlias
                returning model_alias
            )
            insert into removed_models (model_alias)
            select model_alias
            from removed
            on conflict (model_alias) do nothing
            """,
            new { modelAlias },
            cancellationToken);

    public async Task<IReadOnlyList<string>> UnknownAsync(IReadOnlyList<string> modelAliases, CancellationToken cancellationToken)
    {
        var known = await session.QueryAsync<string>(
            """
            select model_alias
            from models
            where model_alias = any(@modelAliases)
            for key share
            """,
            new { modelAliases },
            cancellationToken);
        return [.. modelAliases.Except(known, StringComparer.Ordinal)];
    }
}
