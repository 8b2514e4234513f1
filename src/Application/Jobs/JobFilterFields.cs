using FluentValidation;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Jobs;

namespace SaasLlm.Application.Jobs;

/// <summary>Which jobs a request asks for; null: whatever they are.</summary>
internal interface IJobFilterFields
{
    string? TeamId => null;

    string? OrganizationId => null;

    string? Status { get; }

    string? JobType { get; }

    string? UserId { get; }

    /// <summary>Created then or later.</summary>
    DateTimeOffset? From { get; }

    /// <summary>Created before.</summary>
    DateTimeOffset? To { get; }
}

internal static class JobFilterRules
{
    public static void ValidJobFilter<T>(this AbstractValidator<T> validator)
        where T : IJobFilterFields
    {
        validator.RuleFor(query => query.Status)
            .Must(status => status is null || JobStatusNames.TryParse(status, out _))
            .WithMessage("must be pending, in_progress, completed, failed or cancelled.");
        validator.RuleFor(query => query.JobType).ValidText(255);
        validator.RuleFor(query => query.UserId).ValidText(255);
    }

    public static JobFilter ToFilter(this IJobFilterFields fields) => new(
        fields.TeamId,
        fields.OrganizationId,
        fields.Status is null ? null : JobStatusNames.Parse(fields.Status),
        fields.JobType,
        fields.UserId,
        fields.From,
        fields.To);
}
