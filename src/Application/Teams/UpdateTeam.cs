using System.Text.Json;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Teams;

/// <summary>Changes what is given of a team; absent fields stay. A limit of 0 means no limit, a cache time of 0 no cache.</summary>
public sealed record UpdateTeam(
    string? TeamAlias = null,
    string[]? ModelGroups = null,
    string[]? AccessGroups = null,
    int? RpmLimit = null,
    int? TpmLimit = null,
    int? MaxParallel = null,
    int? BurstLimit = null,
    JsonElement? Metadata = null,
    int? CacheTtlSeconds = null)
    : IRequest<Result<TeamResponse>>, ITransactional, ILimitFields
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
        RuleFor(command => command.Metadata).ValidMetadata();
        RuleFor(command => command.CacheTtlSeconds).CacheTtl();
        this.ValidLimitChanges();
    }
}

internal sealed class UpdateTeamHandler(ITeamRepository teams, IChangeFeed changes) : IRequestHandler<UpdateTeam, Result<TeamResponse>>
{
    public async Task<Result<TeamResponse>> Handle(UpdateTeam command, CancellationToken cancellationToken)
    {
        if (await teams.UpdateAsync(command, cancellationToken) is { } refused)
            return refused;
        if (await teams.GrantAsync(command.TeamId, command.ModelGroups, command.AccessGroups, cancellationToken) is { } unknown)
            return unknown;

        await changes.AnnounceAsync(ChangedThing.Team, command.TeamId, cancellationToken);
        return (await teams.GetAsync(command.TeamId, cancellationToken))!;
    }
}
