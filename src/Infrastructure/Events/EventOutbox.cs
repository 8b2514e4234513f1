using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Events;

internal sealed class EventOutbox(PostgresSession session, TimeProvider time) : IEventOutbox
{
    public Task AppendAsync(GatewayEvent happened, CancellationToken cancellationToken) =>
        session.ExecuteBatchAsync(batch => EventSql.Append(batch, [happened], time.GetUtcNow()), cancellationToken);
}
