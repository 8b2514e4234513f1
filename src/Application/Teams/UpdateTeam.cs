using System.Text.Json;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Teams;

/// <summary>Changes what is given of a team; absent fields stay. A limit of 0 means no limit, a cache time of 0 no cache.</summary>
public sealed record UpdateTeam(
    string? TeamAlias = null,
    string[]? ModelGroups = null,
    string[]? AccessGroups = null,
    int? RpmLimit = null,
    int? TpmLimit = null,
    int? MaxParallel = null,
    JsonElement? Metadata = null,
    int? CacheTtlSeconds = null)
    : IRequest<Result<TeamResponse>>, ITransactional
{
    /// <summary>From the path.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string TeamId { get; init; } = "";
}

internal sealed class UpdateTeamValidator : AbstractValidator<UpdateTeam>
{
    public UpdateTeamValidator()
    {
        RuleFor(command => command.TeamAlias).ValidText(255);
        RuleFor(command => command.ModelGroups).ValidGrants();
        RuleFor(command => command.AccessGroups).ValidGrants();
        RuleFor(command => command.RpmLimit).GreaterThanOrEqualTo(0).WithMessage("must be zero (no limit) or more.");
        RuleFor(command => command.TpmLimit).GreaterThanOrEqualTo(0).WithMessage("must be zero (no limit) or more.");
        RuleFor(command => command.MaxParallel).GreaterThanOrEqualTo(0).WithMessage("must be zero (no limit) or more.");
        RuleFor(command => command.Metadata).ValidMetadata();
        RuleFor(command => command.CacheTtlSeconds).CacheTtl();
    }
}

internal sealed class UpdateTeamHandler(ITeamRepository teams, IChangeFeed changes) : IRequestHandler<UpdateTeam, Result<TeamResponse>>
{
    public async Task<Result<TeamResponse>> Handle(UpdateTeam command, CancellationToken cancellationToken)
    {
        if (!await teams.UpdateAsync(command, cancellationToken))
            return TeamsErrors.NotFound(command.TeamId);
        if (await teams.GrantAsync(command.TeamId, command.ModelGroups, command.AccessGroups, cancellationToken) is { } unknown)
            return unknown;

        await changes.AnnounceAsync(ChangedThing.Team, command.TeamId, cancellationToken);
        return (await teams.GetAsync(command.TeamId, cancellationToken))!;
    }
}
