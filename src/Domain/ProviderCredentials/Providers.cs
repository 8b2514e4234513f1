namespace SaasLlm.Domain.ProviderCredentials;

/// <summary>What this product knows of provider names.</summary>
public static class Providers
{
    /// <summary>Longest provider name, in characters.</summary>
    public const int MaxNameLength = 50;

    public const string NameRule = "must be 1 to 50 lower-case letters, digits or any of . _ -";

    /// <summary>True where every installation has an address of its own, so a credential without one is useless.</summary>
    public static bool NeedApiBase(string? provider) => provider is not null && KindOf(provider) is "custom" or "ollama" or "vllm" or "azure" or "litellm";

    /// <summary>
    /// What a provider is by the part of its name before the first dot: <c>azure.eu</c> and <c>azure.us</c> are two accounts at
    /// one kind of provider, each with a credential of its own.
    /// </summary>
    public static ReadOnlySpan<char> KindOf(string provider)
    {
        var dot = provider.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? provider : provider.AsSpan(0, dot);
    }

    public static bool IsValidName(string? provider)
    {
        if (string.IsNullOrEmpty(provider) || provider.Length > MaxNameLength)
            return false;

        foreach (var c in provider)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('.' or '_' or '-'))
                return false;
        }

        return true;
    }
}
