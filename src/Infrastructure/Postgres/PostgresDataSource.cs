using Npgsql;

namespace SaasLlm.Infrastructure.Postgres;

/// <summary>The service's connection pool. What the operator's connection string says wins over the defaults set here.</summary>
internal static class PostgresDataSource
{
    public static NpgsqlDataSource Create(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);

        // Every statement is a constant, so each is parsed and planned once a connection.
        if (settings.MaxAutoPrepare == 0)
            settings.MaxAutoPrepare = 200;
        settings.AutoPrepareMinUsages = 2;

        // No statement of this service leaves session state behind, so a connection needs no reset between requests.
        settings.NoResetOnClose = true;
        // Statements over many partitions look dearer than they are: compiling them takes longer than running them. And a
        // report over a year groups more rows than fit into the 4 MB that a server allows by default.
        settings.Options ??= "-c jit=off -c work_mem=32MB";
        settings.ApplicationName ??= "saasllm";

        // The name stands in metrics and traces, where the address would else be.
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = settings.ApplicationName }.Build();
    }
}
