namespace SaasLlm.Application.Webhooks;

/// <summary>An address that hears of events.</summary>
public sealed record WebhookResponse
{
    public required Guid WebhookId { get; init; }

    /// <summary>Null: the operator's, which hears of every organization.</summary>
    public string? OrganizationId { get; init; }

    public required string Url { get; init; }

    public required string Description { get; init; }

    /// <summary>Types of events, families such as <c>job.*</c>, or <c>*</c>.</summary>
    public required string[] Events { get; init; }

    /// <summary>False: nothing is written for it, and what had been written waits until it is active again.</summary>
    public required bool Active { get; init; }

    /// <summary>Why the service switched it off; null where it did not.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>Signs what is sent. Whole in the answer that makes it, else only its beginning.</summary>
    public required string Secret { get; init; }

    /// <summary>Until then the secret before the last rotation signs as well; null: it does not.</summary>
    public DateTimeOffset? PreviousSecretEndsAt { get; init; }

    /// <summary>Attempts in a row that failed; 0: all is well.</summary>
    public required int Failures { get; init; }

    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>When what waits is sent again; null: as soon as there is something.</summary>
    public DateTimeOffset? NextAttemptAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <param name="NextCursor">Null on the last page.</param>
public sealed record WebhookList(IReadOnlyList<WebhookResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<WebhookResponse> Webhooks => Data;
}
