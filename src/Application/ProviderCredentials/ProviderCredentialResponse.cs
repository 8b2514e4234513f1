namespace SaasLlm.Application.ProviderCredentials;

/// <summary>A provider credential as the API shows it: never the key, only its end.</summary>
public sealed record ProviderCredentialResponse
{
    public required Guid CredentialId { get; init; }

    public required string Provider { get; init; }

    public required string CredentialName { get; init; }

    /// <summary>Whose calls it serves; null: every organization without a credential of its own for this provider.</summary>
    public string? OrganizationId { get; init; }

    /// <summary>Null: the provider's own address.</summary>
    public string? ApiBase { get; init; }

    /// <summary>The last 4 characters of the key; empty where the key is too short to show any.</summary>
    public required string Last4 { get; init; }

    public required bool Active { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
