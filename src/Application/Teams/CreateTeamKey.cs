using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Teams;

/// <summary>Makes another key for a team.</summary>
public sealed record CreateTeamKey(string? Name = null, DateTimeOffset? ExpiresAt = null) : IRequest<Result<TeamKeyResponse>>, ITransactional
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
    }
}

internal sealed class CreateTeamKeyHandler(ITeamRepository teams, IChangeFeed changes) : IRequestHandler<CreateTeamKey, Result<TeamKeyResponse>>
{
    public async Task<Result<TeamKeyResponse>> Handle(CreateTeamKey command, CancellationToken cancellationToken)
    {
        if (await teams.LockAsync(command.TeamId, cancellationToken) is null)
            return TeamsErrors.NotFound(command.TeamId);

        var key = VirtualKey.Create();
        var made = await teams.AddKeyAsync(command.TeamId, command.Name ?? "key", key, command.ExpiresAt, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Key, VirtualKey.HashOf(key.Secret), cancellationToken);
        return made with { VirtualKey = key.Secret };
    }
}
