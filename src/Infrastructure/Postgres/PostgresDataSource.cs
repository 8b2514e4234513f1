using Npgsql;

namespace SaasLlm.Infrastructure.Postgres;

/// <summary>The service's connection pools. What the operator's connection string says wins over the defaults set here.</summary>
internal static class PostgresDataSource
{
    /// <summary>Names the pool of those that write in batches, as a service.</summary>
    public const string Writers = "writers";

    /// <summary>
    /// Statements over many partitions look dearer than they are: compiling them takes longer than running them. And a report over
    /// a year groups more rows than fit into the 4 MB that a server allows by default.
    /// </summary>
    public static NpgsqlDataSource Create(string connectionString) => Create(connectionString, "saasllm", "-c jit=off -c work_mem=32MB");

    /// <summary>
    /// The writers have few statements, each over a batch of keys. PostgreSQL would plan them anew each time, since a batch whose
    /// length it sees looks cheaper than one that it does not, and planning takes longer than running. What is planned once must
    /// also hold when the tables have grown, so it goes by the keys however small they are at first.
    /// </summary>
    public static NpgsqlDataSource CreateForWriters(string connectionString) =>
        Create(connectionString, "saasllm-writers", "-c jit=off -c plan_cache_mode=force_generic_plan -c enable_seqscan=off");

    private static NpgsqlDataSource Create(string connectionString, string name, string options)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);

        // Every statement is a constant, so each is parsed once a connection.
        if (settings.MaxAutoPrepare == 0)
            settings.MaxAutoPrepare = 200;
        settings.AutoPrepareMinUsages = 2;

        // No statement of this service leaves session state behind, so a connection needs no reset between requests.
        settings.NoResetOnClose = true;
        settings.Options ??= options;
        settings.ApplicationName ??= name;

        // The name stands in metrics and traces, where the address would else be.
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name }.Build();
    }
}
