namespace SaasLlm.Domain.Shared;

/// <summary>The rule for ids that callers choose (organizations, teams, models, groups).</summary>
public static class Identifiers
{
    /// <summary>Longest id accepted, in characters.</summary>
    public const int MaxLength = 255;

    public const string Rule = "must be 1 to 255 letters, digits or any of . _ : @ -";

    public static bool IsValid(string? id)
    {
        if (string.IsNullOrEmpty(id) || id.Length > MaxLength)
            return false;

        foreach (var c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or ':' or '@' or '-'))
                return false;
        }

        return true;
    }
}
