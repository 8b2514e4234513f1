using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Events;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Teams;

/// <summary>Makes another key for a team; its limits hold beside the team's.</summary>
public sealed record CreateTeamKey(
    string? Name = null,
    DateTimeOffset? ExpiresAt = null,
    int? RpmLimit = null,
    int? TpmLimit = null,
    int? MaxParallel = null,
    int? BurstLimit = null)
    : IRequest<Result<TeamKeyResponse>>, ITransactional, ILimitFields
{
    [JsonIgnore]
    public string TeamId { get; init; } = "";
}

internal sealed class CreateTeamKeyValidator : AbstractValidator<CreateTeamKey>
{
    public CreateTeamKeyValidator(TimeProvider time)
    {
        RuleFor(command => command.Name).ValidText(255);
        RuleFor(command => command.ExpiresAt).Must(at => at is null || at > time.GetUtcNow()).WithMessage("must be in the future.");
        this.ValidNewLimits();
    }
}

internal sealed class CreateTeamKeyHandler(ITeamRepository teams, IChangeFeed changes, IEventOutbox outbox)
    : IRequestHandler<CreateTeamKey, Result<TeamKeyResponse>>
{
    public async Task<Result<TeamKeyResponse>> Handle(CreateTeamKey command, CancellationToken cancellationToken)
    {
        if (await teams.LockAsync(command.TeamId, cancellationToken) is not { } team)
            return TeamsErrors.NotFound(command.TeamId);

        var key = VirtualKey.Create();
        var made = await teams.AddKeyAsync(command.TeamId, key, command, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Key, VirtualKey.HashOf(key.Secret), cancellationToken);
        await outbox.AppendAsync(TeamEvents.KeyCreated(team.OrganizationId, made), cancellationToken);
        return made with { VirtualKey = key.Secret };
    }
}
