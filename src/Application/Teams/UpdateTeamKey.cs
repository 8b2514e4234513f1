using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Teams;

/// <summary>Changes what is given of a usable key; absent fields stay. A limit of 0 means no limit.</summary>
public sealed record UpdateTeamKey(
    string? Name = null,
    int? RpmLimit = null,
    int? TpmLimit = null,
    int? MaxParallel = null,
    int? BurstLimit = null)
    : IRequest<Result<TeamKeyResponse>>, ITransactional, ILimitFields
{
    [JsonIgnore]
    public string TeamId { get; init; } = "";

    [JsonIgnore]
    public Guid KeyId { get; init; }
}

internal sealed class UpdateTeamKeyValidator : AbstractValidator<UpdateTeamKey>
{
    public UpdateTeamKeyValidator()
    {
        RuleFor(command => command.Name).RequiredText(255).When(command => command.Name is not null);
        this.ValidLimitChanges();
    }
}

internal sealed class UpdateTeamKeyHandler(ITeamRepository teams, IChangeFeed changes) : IRequestHandler<UpdateTeamKey, Result<TeamKeyResponse>>
{
    public async Task<Result<TeamKeyResponse>> Handle(UpdateTeamKey command, CancellationToken cancellationToken)
    {
        var updated = await teams.UpdateKeyAsync(command, cancellationToken);
        if (!updated.IsSuccess)
            return updated.Error;

        await changes.AnnounceAsync(ChangedThing.Key, updated.Value.Hash, cancellationToken);
        return updated.Value.Key;
    }
}
