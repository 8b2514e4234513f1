using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Tiers;

namespace SaasLlm.Application.Tiers;

/// <summary>Deletes a tier; refused while an organization has it.</summary>
public sealed record DeleteTier(string TierName) : IRequest<Result<DeletedTier>>, ITransactional;

public sealed record DeletedTier(string TierName, bool Deleted = true);

internal sealed class DeleteTierValidator : AbstractValidator<DeleteTier>
{
    public DeleteTierValidator() => RuleFor(command => command.TierName).ValidId();
}

internal sealed class DeleteTierHandler(ITierRepository tiers, IChangeFeed changes) : IRequestHandler<DeleteTier, Result<DeletedTier>>
{
    public async Task<Result<DeletedTier>> Handle(DeleteTier command, CancellationToken cancellationToken)
    {
        if (!await tiers.LockAsync(command.TierName, cancellationToken))
            return TiersErrors.NotFound(command.TierName);

        var organizations = await tiers.OrganizationsUsingAsync(command.TierName, cancellationToken);
        if (organizations.Count > 0)
            return TiersErrors.InUse(organizations);

        await tiers.DeleteAsync(command.TierName, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Tier, command.TierName, cancellationToken);
        return new DeletedTier(command.TierName);
    }
}
