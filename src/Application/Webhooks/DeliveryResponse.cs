using System.Text.Json;

namespace SaasLlm.Application.Webhooks;

/// <summary>An event on its way to a webhook, or delivered.</summary>
public sealed record DeliveryResponse
{
    /// <summary>The event's id, sent as <c>webhook-id</c>; the delivery's too.</summary>
    public required Guid EventId { get; init; }

    public required string Type { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary><c>pending</c>, <c>retrying</c> or <c>delivered</c>.</summary>
    public string Status => DeliveredAt is not null ? "delivered" : Attempts > 0 ? "retrying" : "pending";

    public required int Attempts { get; init; }

    public DateTimeOffset? LastAttemptAt { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>The HTTP status of the last attempt; null where none came.</summary>
    public int? ResponseStatus { get; init; }

    /// <summary>The beginning of the last answer, at most 1 KB.</summary>
    public string? ResponseExcerpt { get; init; }

    /// <summary>Why the last attempt failed; null where it did not.</summary>
    public string? Error { get; init; }

    /// <summary>Time to the last answer, in ms.</summary>
    public int? LatencyMs { get; init; }

    /// <summary>What is told.</summary>
    public required JsonElement Data { get; init; }
}

/// <param name="Data">Newest first.</param>
/// <param name="NextCursor">Null on the last page.</param>
public sealed record DeliveryList(IReadOnlyList<DeliveryResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<DeliveryResponse> Deliveries => Data;
}
