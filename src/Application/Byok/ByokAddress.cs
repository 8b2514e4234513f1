namespace SaasLlm.Application.Byok;

/// <summary>The address that a caller gave for its key.</summary>
public static class ByokAddress
{
    /// <summary>Azure's version of the API travels in the base address. Null: the provider's own address.</summary>
    public static Uri? Of(Uri? apiBase, string? apiVersion) =>
        apiBase is null || apiVersion is null ? apiBase : new Uri($"{apiBase.AbsoluteUri}?api-version={Uri.EscapeDataString(apiVersion)}");
}
