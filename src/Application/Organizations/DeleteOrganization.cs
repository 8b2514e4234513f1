using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Organizations;

/// <summary>Deletes an organization that has no teams left; the operator takes its credits back.</summary>
public sealed record DeleteOrganization(string OrganizationId) : IRequest<Result<DeletedOrganization>>, ITransactional;

public sealed record DeletedOrganization(string OrganizationId, bool Deleted = true);

internal sealed class DeleteOrganizationValidator : AbstractValidator<DeleteOrganization>
{
    public DeleteOrganizationValidator() => RuleFor(command => command.OrganizationId).ValidId();
}

internal sealed class DeleteOrganizationHandler(
    IOrganizationRepository organizations, IOrganizationWalletRepository wallets, IChangeFeed changes)
    : IRequestHandler<DeleteOrganization, Result<DeletedOrganization>>
{
    public async Task<Result<DeletedOrganization>> Handle(DeleteOrganization command, CancellationToken cancellationToken)
    {
        if (!await organizations.LockAsync(command.OrganizationId, cancellationToken))
            return OrganizationsErrors.NotFound(command.OrganizationId);
        if (await organizations.HasTeamsAsync(command.OrganizationId, cancellationToken))
            return OrganizationsErrors.HasTeams();

        // Its id is free again, and whoever takes it next must not find them.
        var left = await wallets.LockAllAsync(command.OrganizationId, cancellationToken);
        foreach (var wallet in left)
        {
            if (wallet.Available > 0)
                wallet.TakeBack(wallet.Available, "Organization deleted");
        }

        await wallets.SaveAsync(left, cancellationToken);
        await organizations.DeleteAsync(command.OrganizationId, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Organization, command.OrganizationId, cancellationToken);

        // Its own provider credentials went with it.
        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return new DeletedOrganization(command.OrganizationId);
    }
}
