using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Pricing;

/// <summary>Pricing rules, newest first.</summary>
public sealed record ListPricingRules(string? TeamId, string? OrganizationId, string? JobType, DateTimeOffset? ActiveAt, PageRequest Page)
    : IRequest<Result<PricingRuleList>>;

internal sealed class ListPricingRulesValidator : AbstractValidator<ListPricingRules>
{
    public ListPricingRulesValidator()
    {
        RuleFor(query => query.TeamId).ValidText(Identifiers.MaxLength);
        RuleFor(query => query.OrganizationId).ValidText(Identifiers.MaxLength);
        RuleFor(query => query.JobType).ValidText(255);
    }
}

internal sealed class ListPricingRulesHandler(IPricingRuleRepository rules) : IRequestHandler<ListPricingRules, Result<PricingRuleList>>
{
    public async Task<Result<PricingRuleList>> Handle(ListPricingRules query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (start.Value.After is { } after && !Guid.TryParse(after, out _))
            return Error.Field("cursor", "is not a cursor that this service gave out.");

        var filter = new PricingRuleFilter(query.TeamId, query.OrganizationId, query.JobType, query.ActiveAt?.ToUniversalTime());
        var page = (await rules.ListAsync(filter, start.Value, cancellationToken)).Select(rule => rule.ToResponse());
        return new PricingRuleList(page.Rows, page.NextCursor);
    }
}
