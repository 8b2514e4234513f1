using System.Text.Json;

namespace SaasLlm.Application.Audit;

/// <summary>One change: who made which, and what it replaced.</summary>
public sealed record AuditEntry
{
    public required long AuditId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary><c>operator</c>, <c>user</c>, <c>service</c>, <c>team</c>, or <c>system</c>: the service by itself.</summary>
    public required string ActorKind { get; init; }

    /// <summary>Display form of the key, or the user's id. Null for the system, and for operators where a tenant reads.</summary>
    public string? Actor { get; init; }

    /// <summary>What was asked for, such as <c>CreateTeam</c>.</summary>
    public string? UseCase { get; init; }

    /// <summary><c>create</c>, <c>update</c> or <c>delete</c>.</summary>
    public required string Action { get; init; }

    /// <summary>What sort of thing changed: <c>team</c>, <c>virtual_key</c>, <c>model_group_model</c>, …</summary>
    public required string Subject { get; init; }

    /// <summary>Its id; of a group's member, the group's.</summary>
    public required string SubjectId { get; init; }

    public string? OrganizationId { get; init; }

    public string? TeamId { get; init; }

    /// <summary>Of an update the changed fields and the key; null where it was created. Secrets read <c>***</c>.</summary>
    public JsonElement? Before { get; init; }

    /// <summary>The same afterwards; null where it was deleted.</summary>
    public JsonElement? After { get; init; }

    public string? RequestId { get; init; }

    /// <summary>Where the request came from. Null for the system, and for operators where a tenant reads.</summary>
    public string? Address { get; init; }
}
