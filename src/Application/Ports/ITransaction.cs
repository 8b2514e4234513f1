namespace SaasLlm.Application.Ports;

/// <summary>The transaction of the current request. An exception on the way rolls it back with its scope.</summary>
public interface ITransaction
{
    /// <param name="useCase">What it is for: the audit log says so, with who asked (<see cref="Shared.Requester"/>).</param>
    Task BeginAsync(string useCase, CancellationToken cancellationToken);

    /// <summary>Commits, then drops from this node's caches what was announced through <see cref="IChangeFeed"/>.</summary>
    Task CommitAsync(CancellationToken cancellationToken);

    Task RollbackAsync(CancellationToken cancellationToken);
}
