namespace SaasLlm.Application.Ports;

/// <summary>
/// Tells the webhooks that want to know what has happened. An event is written in the transaction that makes it true, for each
/// of them that wants it: it is delivered where that commits, and never where it rolls back.
/// </summary>
public interface IEventOutbox
{
    /// <summary>Appends within the current transaction.</summary>
    Task AppendAsync(GatewayEvent happened, CancellationToken cancellationToken);
}

/// <summary>Something that has happened.</summary>
/// <param name="Type">One of <see cref="Domain.Webhooks.EventTypes"/>.</param>
/// <param name="OrganizationId">Whose webhooks hear of it beside the operator's; part of what they are told.</param>
/// <param name="TeamId">The team that it is about; part of what is told; null where it is about none.</param>
/// <param name="Data">A record, told with snake_case names. An organization's webhook reads it, so it names no model, provider or cost.</param>
/// <param name="OperatorData">A record that only the operator's webhooks are told, beside <paramref name="Data"/>; null: nothing more.</param>
public sealed record GatewayEvent(string Type, string? OrganizationId, string? TeamId, object Data, object? OperatorData = null);
