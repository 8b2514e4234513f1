namespace SaasLlm.Infrastructure.Postgres;

/// <summary>Where the database is: known only after start-up, when the private server may have had to be started first.</summary>
public sealed class PostgresAddress
{
    private string? _connectionString;

    /// <exception cref="InvalidOperationException">Read before start-up has set it.</exception>
    public string ConnectionString
    {
        get => _connectionString ?? throw new InvalidOperationException("The database is not prepared yet.");
        set => _connectionString = value;
    }
}
