using FluentValidation;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Audit;

/// <summary>Which entries are asked for; null: any.</summary>
/// <param name="Action"><c>create</c>, <c>update</c>, <c>delete</c>, or a use case.</param>
/// <param name="From">The first moment.</param>
/// <param name="To">The first moment after.</param>
public sealed record AuditFilter(
    string? Actor = null,
    string? Subject = null,
    string? SubjectId = null,
    string? Action = null,
    string? OrganizationId = null,
    string? TeamId = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null)
{
    /// <summary>An organization's managers read: what is the operators' own business, and who they are, stays hidden.</summary>
    public bool ForTenant { get; init; }

    /// <summary>What of it this caller may read.</summary>
    internal Result<AuditFilter> For(Caller caller)
    {
        if (caller.IsOperator)
            return this;

        return OrganizationManagement.Refusal(caller, OrganizationId ?? string.Empty) is { } refusal ? refusal : this with { ForTenant = true };
    }
}

internal sealed class AuditFilterValidator : AbstractValidator<AuditFilter>
{
    public AuditFilterValidator()
    {
        RuleFor(filter => filter.Actor).ValidText();
        RuleFor(filter => filter.Subject).ValidText();
        RuleFor(filter => filter.SubjectId).ValidText();
        RuleFor(filter => filter.Action).ValidText();
        RuleFor(filter => filter.OrganizationId).ValidId().When(filter => filter.OrganizationId is not null);
        RuleFor(filter => filter.TeamId).ValidId().When(filter => filter.TeamId is not null);
    }
}
