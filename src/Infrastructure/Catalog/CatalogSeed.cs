using System.Reflection;
using Microsoft.Extensions.Logging;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Catalog;

/// <summary>
/// Brings the built-in models (<c>models.json</c>: one object a model, named as the columns) up to date. What an operator made,
/// changed or deleted is left alone. Safe to run on several nodes at once and as often as one likes.
/// </summary>
internal sealed partial class CatalogSeed(PostgresSession session, ILogger<CatalogSeed> logger)
{
    private const string Resource = "SaasLlm.Infrastructure.Catalog.models.json";

    public Task<int> ApplyAsync(CancellationToken cancellationToken) => ApplyAsync(Load(), cancellationToken);

    /// <param name="models">The JSON of the file; the database reads it, so its numbers stay as they are written.</param>
    /// <returns>The number of models added or changed.</returns>
    public async Task<int> ApplyAsync(string models, CancellationToken cancellationToken)
    {
        await session.BeginAsync(nameof(CatalogSeed), cancellationToken);

        // Ordered, so that two nodes take their row locks in one order.
        var changed = await session.ExecuteAsync(
            """
            insert into models (
                model_alias, provider, upstream_model, mode,
                input_usd_per_million, output_usd_per_million, cached_input_usd_per_million, cache_write_usd_per_million,
                context_window, max_output_tokens, capabilities, built_in)
            select
                model_alias, provider, coalesce(upstream_model, model_alias), mode,
                input_usd_per_million, output_usd_per_million, cached_input_usd_per_million, cache_write_usd_per_million,
                context_window, max_output_tokens, coalesce(capabilities, '{}'), true
            from jsonb_to_recordset(@models::jsonb) as fact (
                model_alias text,
                provider text,
                upstream_model text,
                mode text,
                input_usd_per_million numeric,
                output_usd_per_million numeric,
                cached_input_usd_per_million numeric,
                cache_write_usd_per_million numeric,
                context_window integer,
                max_output_tokens integer,
                capabilities text[])
            where model_alias not in (select removed.model_alias from removed_models as removed)
            order by model_alias
            on conflict (model_alias) do update
            set provider = excluded.provider,
                upstream_model = excluded.upstream_model,
                mode = excluded.mode,
                input_usd_per_million = excluded.input_usd_per_million,
                output_usd_per_million = excluded.output_usd_per_million,
                cached_input_usd_per_million = excluded.cached_input_usd_per_million,
                cache_write_usd_per_million = excluded.cache_write_usd_per_million,
                context_window = excluded.context_window,
                max_output_tokens = excluded.max_output_tokens,
                capabilities = excluded.capabilities,
                updated_at = now()
            where models.built_in
              and (
                  models.provider, models.upstream_model, models.mode,
                  models.input_usd_per_million, models.output_usd_per_million,
                  models.cached_input_usd_per_million, models.cache_write_usd_per_million,
                  models.context_window, models.max_output_tokens, models.capabilities)
              is distinct from (
                  excluded.provider, excluded.upstream_model, excluded.mode,
                  excluded.input_usd_per_million, excluded.output_usd_per_million,
                  excluded.cached_input_usd_per_million, excluded.cache_write_usd_per_million,
                  excluded.context_window, excluded.max_output_tokens, excluded.capabilities)
            """,
            new { models },
            cancellationToken);
        if (changed > 0)
            await session.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);

        await session.CommitAsync(cancellationToken);
        if (changed > 0)
            LogSeeded(changed);
        return changed;
    }

    private static string Load()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(Resource)!);
        return reader.ReadToEnd();
    }

    [LoggerMessage(LogLevel.Information, "Built-in catalogue: {Count} models added or changed")]
    private partial void LogSeeded(int count);
}
