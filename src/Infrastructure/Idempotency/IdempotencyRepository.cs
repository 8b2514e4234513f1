using System.Text.Json;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Idempotency;

internal sealed class IdempotencyRepository(PostgresSession session) : IIdempotencyRepository
{
    public async Task<Result<T>?> FindAsync<T>(IdempotentRequest request, CancellationToken cancellationToken)
    {
        var row = await session.QuerySingleOrDefaultAsync<AnswerRow>(
            """
            select request_hash, response::text as response
            from idempotency_keys
            where scope = @Scope
            and idempotency_key = @Key
            """,
            new { request.Scope, request.Key },
            cancellationToken);
        if (row is null)
            return null;

        return row.RequestHash.AsSpan().SequenceEqual(request.RequestHash)
            ? JsonSerializer.Deserialize<T>(row.Response)!
            : IdempotentRequest.Reused();
    }

    public Task SaveAsync<T>(IdempotentRequest request, T answer, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            insert into idempotency_keys (scope, idempotency_key, request_hash, response)
            values (@Scope, @Key, @RequestHash, @response::jsonb)
            """,
            new { request.Scope, request.Key, request.RequestHash, response = JsonSerializer.Serialize(answer) },
            cancellationToken);

    public Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            """
            delete from idempotency_keys
            where ctid = any(array(
                select ctid
                from idempotency_keys
                where created_at < @before
                limit 10000
                for update skip locked
            ))
            """,
            new { before },
            cancellationToken);

    private sealed record AnswerRow
    {
        public byte[] RequestHash { get; init; } = [];

        public string Response { get; init; } = "";
    }
}
