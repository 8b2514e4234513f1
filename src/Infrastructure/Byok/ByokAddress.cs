namespace SaasLlm.Infrastructure.Byok;

/// <summary>The address that a caller gave for its key.</summary>
internal static class ByokAddress
{
    /// <summary>Azure's version of the API travels in the base address. Null: the provider's own address.</summary>
    public static Uri? Of(string? apiBase, string? apiVersion) =>
        apiBase is null ? null
        : apiVersion is null ? new Uri(apiBase)
        : new Uri($"{apiBase}?api-version={Uri.EscapeDataString(apiVersion)}");
}
