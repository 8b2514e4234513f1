using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>Answers given under an idempotency key, kept for 24 hours.</summary>
public interface IIdempotencyRepository
{
    /// <summary>The earlier answer; null where there is none; an error where the key was used with another request.</summary>
    Task<Result<T>?> FindAsync<T>(IdempotentRequest request, CancellationToken cancellationToken);

    /// <summary>Keeps an answer with the transaction that made it true.</summary>
    Task SaveAsync<T>(IdempotentRequest request, T answer, CancellationToken cancellationToken);

    /// <summary>Forgets answers that were given before the given time.</summary>
    Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
