using FluentValidation;

namespace SaasLlm.Application.Identities;

/// <summary>Validation rules of the slices about users.</summary>
internal static class UserRules
{
    private const int MaxEmailLength = 254;
    private const int MinPasswordLength = 8;
    private const int MaxPasswordLength = 256;

    /// <summary>An address may look like almost anything; whether it exists, only a letter to it would tell.</summary>
    public static IRuleBuilderOptions<T, string?> ValidEmail<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(IsEmail).WithMessage($"must be an e-mail address of at most {MaxEmailLength} characters.");

    public static IRuleBuilderOptions<T, string?> ValidPassword<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(password => password?.Length is >= MinPasswordLength and <= MaxPasswordLength)
            .WithMessage($"must have {MinPasswordLength} to {MaxPasswordLength} characters.");

    /// <summary>A password that is compared, not chosen: short ones are merely wrong, endless ones cost time.</summary>
    public static IRuleBuilderOptions<T, string?> GivenPassword<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(password => password?.Length is >= 1 and <= MaxPasswordLength).WithMessage($"is required, at most {MaxPasswordLength} characters.");

    private static bool IsEmail(string? email)
    {
        if (email is null || email.Length > MaxEmailLength || email.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            return false;

        var at = email.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at == email.LastIndexOf('@') && at < email.Length - 1;
    }
}
