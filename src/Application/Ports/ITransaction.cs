namespace SaasLlm.Application.Ports;

/// <summary>The transaction of the current request. An exception on the way rolls it back with its scope.</summary>
public interface ITransaction
{
    Task BeginAsync(CancellationToken cancellationToken);

    /// <summary>Commits, then drops from this node's caches what was announced through <see cref="IChangeFeed"/>.</summary>
    Task CommitAsync(CancellationToken cancellationToken);

    Task RollbackAsync(CancellationToken cancellationToken);
}
