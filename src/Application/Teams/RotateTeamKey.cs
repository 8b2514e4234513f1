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

/// <summary>
/// Replaces a key: a new one of the same name and limits is made at once, the old one works on for the grace period. What both
/// use counts together.
/// </summary>
/// <param name="GraceSeconds">0 to 604,800 (7 days); default 3,600.</param>
public sealed record RotateTeamKey(int? GraceSeconds) : IRequest<Result<TeamKeyResponse>>, ITransactional
{
    public RotateTeamKey()
        : this(GraceSeconds: null)
    {
    }

    public const int DefaultGraceSeconds = 3600;

    [JsonIgnore]
    public string TeamId { get; init; } = "";

    [JsonIgnore]
    public Guid KeyId { get; init; }
}

internal sealed class RotateTeamKeyValidator : AbstractValidator<RotateTeamKey>
{
    public RotateTeamKeyValidator() =>
        RuleFor(command => command.GraceSeconds).InclusiveBetween(0, 604_800).WithMessage("must be 0 to 604800 seconds.");
}

internal sealed class RotateTeamKeyHandler(ITeamRepository teams, IChangeFeed changes, IEventOutbox outbox, TimeProvider time)
    : IRequestHandler<RotateTeamKey, Result<TeamKeyResponse>>
{
    public async Task<Result<TeamKeyResponse>> Handle(RotateTeamKey command, CancellationToken cancellationToken)
    {
        var endsAt = time.GetUtcNow().AddSeconds(command.GraceSeconds ?? RotateTeamKey.DefaultGraceSeconds);
        if (await teams.LockAsync(command.TeamId, cancellationToken) is not { } team)
            return TeamsErrors.KeyNotFound();
        if (await teams.EndKeyAsync(command.TeamId, command.KeyId, endsAt, cancellationToken) is not { } hash)
            return TeamsErrors.KeyNotFound();

        var key = VirtualKey.Create();
        var made = await teams.AddKeyAsync(command.TeamId, key, command.KeyId, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Key, hash, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Key, VirtualKey.HashOf(key.Secret), cancellationToken);
        await outbox.AppendAsync(TeamEvents.KeyRotated(team.OrganizationId, made, command.KeyId), cancellationToken);
        return made with { VirtualKey = key.Secret };
    }
}
