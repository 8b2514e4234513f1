using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Teams;

/// <summary>A virtual key of a team.</summary>
public sealed record TeamKeyResponse
{
    public required Guid KeyId { get; init; }

    public required string TeamId { get; init; }

    public required string Name { get; init; }

    /// <summary>Masked: <c>sk-1234…cdef</c>.</summary>
    public required string Display { get; init; }

    /// <summary>The whole key; only in the answer that makes it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? VirtualKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}

public sealed record TeamKeyList(IReadOnlyList<TeamKeyResponse> Data)
{
    public IReadOnlyList<TeamKeyResponse> Keys => Data;
}

/// <summary>Every key of a team.</summary>
public sealed record ListTeamKeys(string TeamId) : IRequest<Result<TeamKeyList>>;

internal sealed class ListTeamKeysHandler(ITeamRepository teams) : IRequestHandler<ListTeamKeys, Result<TeamKeyList>>
{
    public async Task<Result<TeamKeyList>> Handle(ListTeamKeys query, CancellationToken cancellationToken) =>
        await teams.GetAsync(query.TeamId, cancellationToken) is null
            ? TeamsErrors.NotFound(query.TeamId)
            : new TeamKeyList(await teams.ListKeysAsync(query.TeamId, cancellationToken));
}

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

/// <summary>Replaces a key: a new one is made at once, the old one works on for the grace period.</summary>
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

internal sealed class RotateTeamKeyHandler(ITeamRepository teams, IChangeFeed changes, TimeProvider time)
    : IRequestHandler<RotateTeamKey, Result<TeamKeyResponse>>
{
    public async Task<Result<TeamKeyResponse>> Handle(RotateTeamKey command, CancellationToken cancellationToken)
    {
        var endsAt = time.GetUtcNow().AddSeconds(command.GraceSeconds ?? RotateTeamKey.DefaultGraceSeconds);
        if (await teams.EndKeyAsync(command.TeamId, command.KeyId, endsAt, cancellationToken) is not { } old)
            return TeamsErrors.KeyNotFound();

        var key = VirtualKey.Create();
        var made = await teams.AddKeyAsync(command.TeamId, old.Name, key, null, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Key, old.Hash, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Key, VirtualKey.HashOf(key.Secret), cancellationToken);
        return made with { VirtualKey = key.Secret };
    }
}

/// <summary>Ends a key at once.</summary>
public sealed record RevokeTeamKey(string TeamId, Guid KeyId) : IRequest<Result<RevokedTeamKey>>, ITransactional;

public sealed record RevokedTeamKey(Guid KeyId, bool Revoked = true);

internal sealed class RevokeTeamKeyHandler(ITeamRepository teams, IChangeFeed changes, TimeProvider time)
    : IRequestHandler<RevokeTeamKey, Result<RevokedTeamKey>>
{
    public async Task<Result<RevokedTeamKey>> Handle(RevokeTeamKey command, CancellationToken cancellationToken)
    {
        if (await teams.EndKeyAsync(command.TeamId, command.KeyId, time.GetUtcNow(), cancellationToken) is not { } ended)
            return TeamsErrors.KeyNotFound();

        await changes.AnnounceAsync(ChangedThing.Key, ended.Hash, cancellationToken);
        return new RevokedTeamKey(command.KeyId);
    }
}
