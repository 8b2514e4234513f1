using FluentValidation;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Teams;

internal static class GrantRules
{
    private const int MaxGrants = 100;

    /// <summary>An optional list of at most 100 different group names.</summary>
    public static IRuleBuilderOptions<T, string[]?> ValidGrants<T>(this IRuleBuilder<T, string[]?> rule) =>
        rule.Must(names => names is null || (names.Length <= MaxGrants && names.All(Identifiers.IsValid) && names.Distinct(StringComparer.Ordinal).Count() == names.Length))
            .WithMessage($"must be at most {MaxGrants} different names; each {Identifiers.Rule}.");
}
