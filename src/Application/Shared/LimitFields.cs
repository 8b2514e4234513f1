using FluentValidation;
using SaasLlm.Domain.Limits;

namespace SaasLlm.Application.Shared;

/// <summary>The limits that a request sets. In a change, null leaves a limit as it is and 0 removes it.</summary>
public interface ILimitFields
{
    /// <summary>Requests a minute.</summary>
    int? RpmLimit { get; }

    /// <summary>Tokens a minute.</summary>
    int? TpmLimit { get; }

    /// <summary>Calls at the same time.</summary>
    int? MaxParallel { get; }

    /// <summary>Requests at once: the size of a bucket that is refilled at <see cref="RpmLimit"/>.</summary>
    int? BurstLimit { get; }
}

internal static class LimitRules
{
    public static void ValidNewLimits<T>(this AbstractValidator<T> validator)
        where T : ILimitFields
    {
        const string message = "must be above zero.";
        validator.RuleFor(command => command.RpmLimit).GreaterThan(0).WithMessage(message);
        validator.RuleFor(command => command.TpmLimit).GreaterThan(0).WithMessage(message);
        validator.RuleFor(command => command.MaxParallel).GreaterThan(0).WithMessage(message);
        validator.RuleFor(command => command.BurstLimit).GreaterThan(0).WithMessage(message);
        validator.RuleFor(command => command.BurstLimit).Null().When(command => command.RpmLimit is null).WithMessage(LimitsErrors.BurstNeedsRate);
    }

    public static void ValidLimitChanges<T>(this AbstractValidator<T> validator)
        where T : ILimitFields
    {
        const string message = "must be zero (no limit) or more.";
        validator.RuleFor(command => command.RpmLimit).GreaterThanOrEqualTo(0).WithMessage(message);
        validator.RuleFor(command => command.TpmLimit).GreaterThanOrEqualTo(0).WithMessage(message);
        validator.RuleFor(command => command.MaxParallel).GreaterThanOrEqualTo(0).WithMessage(message);
        validator.RuleFor(command => command.BurstLimit).GreaterThanOrEqualTo(0).WithMessage(message);
    }
}
