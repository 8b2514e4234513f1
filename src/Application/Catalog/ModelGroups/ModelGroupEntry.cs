using FluentValidation;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Catalog.ModelGroups;

/// <summary>One model of a group, as an operator gives it.</summary>
/// <param name="ModelName">The model's alias.</param>
/// <param name="Priority">0 is tried first; the others are fallbacks in ascending order. 0 to 1000.</param>
/// <param name="Weight">Share of the load among members of one priority, 1 to 1000. Default: 1.</param>
/// <param name="Active">False: left out. Default: true.</param>
public sealed record ModelGroupEntry(string? ModelName, int? Priority, int? Weight = null, bool? Active = null)
{
    internal ModelGroupMember ToMember() => new(ModelName!, Priority!.Value, Weight ?? 1, Active ?? true);
}

internal sealed class ModelGroupEntryValidator : AbstractValidator<ModelGroupEntry>
{
    private const int MaxRank = 1000;

    public ModelGroupEntryValidator()
    {
        RuleFor(entry => entry.ModelName).ValidId();
        RuleFor(entry => entry.Priority).Must(priority => priority is >= 0 and <= MaxRank).WithMessage($"is required: 0 to {MaxRank}.");
        RuleFor(entry => entry.Weight).Must(weight => weight is null or (>= 1 and <= MaxRank)).WithMessage($"must be 1 to {MaxRank}.");
    }
}

internal static class ModelGroupEntryRules
{
    /// <summary>1 to 200 entries, each model once.</summary>
    public static void ValidEntries<T>(this IRuleBuilderInitial<T, IReadOnlyList<ModelGroupEntry>?> rule) =>
        rule.Cascade(CascadeMode.Stop)
            .Must(entries => entries is { Count: >= 1 and <= CatalogRules.MaxModels } && entries.All(entry => entry is not null))
            .WithMessage($"must be a list of 1 to {CatalogRules.MaxModels} models.")
            .Must(entries => Repeated(entries!) is null)
            .WithMessage((_, entries) => $"names '{Repeated(entries!)}' more than once.")
            .ForEach(entry => entry.SetValidator(new ModelGroupEntryValidator()));

    private static string? Repeated(IReadOnlyList<ModelGroupEntry> entries) =>
        CatalogRules.Repeated(entries.Select(entry => entry.ModelName));
}
