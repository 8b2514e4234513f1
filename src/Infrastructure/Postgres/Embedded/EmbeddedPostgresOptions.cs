namespace SaasLlm.Infrastructure.Postgres.Embedded;

/// <summary>What the private server is to be.</summary>
internal sealed record EmbeddedPostgresOptions
{
    /// <summary>The folder of everything that the server owns: its data, its log, its password, its lock. Made when missing. An absolute path.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The TCP port on 127.0.0.1, 1..65535. Default: the one of the last start, else a free one.</summary>
    public int? Port { get; init; }

    /// <summary>The database that is made when missing. Lower-case letters, digits and underscores. Default: <c>saasllm</c>.</summary>
    public string Database { get; init; } = "saasllm";

    /// <summary>Server settings on top of (or instead of) the built-in ones, such as <c>fsync=off</c> for tests. Default: none.</summary>
    public IReadOnlyDictionary<string, string> ExtraSettings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
