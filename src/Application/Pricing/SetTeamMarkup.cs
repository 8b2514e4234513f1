using System.Text.Json.Serialization;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Pricing;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Pricing;

/// <summary>Bills a team's jobs, of whatever type, with a mark-up on their cost from now on: a <see cref="CreatePricingRule"/> in short.</summary>
public sealed record SetTeamMarkup(decimal? MarkupPercent) : IRequest<Result<PricingRuleResponse>>
{
    [JsonIgnore]
    public string TeamId { get; init; } = string.Empty;
}

internal sealed class SetTeamMarkupHandler(ITeamDirectory teams, IMediator mediator) : IRequestHandler<SetTeamMarkup, Result<PricingRuleResponse>>
{
    public async Task<Result<PricingRuleResponse>> Handle(SetTeamMarkup command, CancellationToken cancellationToken)
    {
        if (!Identifiers.IsValid(command.TeamId) || await teams.FindAsync(command.TeamId, cancellationToken) is null)
            return TeamsErrors.NotFound(command.TeamId);

        return await mediator.Send(
            new CreatePricingRule(PricingKind.Markup, TeamId: command.TeamId, MarkupPercent: command.MarkupPercent), cancellationToken);
    }
}
