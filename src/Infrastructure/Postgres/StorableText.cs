namespace SaasLlm.Infrastructure.Postgres;

/// <summary>Text from outside that no validator has seen (an upstream's message), as PostgreSQL can keep it.</summary>
internal static class StorableText
{
    private const int MaxLength = 2000;

    public static string? Of(string? text)
    {
        if (text is null)
            return null;

        var bounded = text.Length <= MaxLength ? text : text[..MaxLength];
        return bounded.Contains('\0', StringComparison.Ordinal) ? bounded.Replace('\0', ' ') : bounded;
    }
}
