using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Organizations;

/// <summary>Deletes an organization that has no teams left.</summary>
public sealed record DeleteOrganization(string OrganizationId) : IRequest<Result<DeletedOrganization>>, ITransactional;

public sealed record DeletedOrganization(string OrganizationId, bool Deleted = true);

internal sealed class DeleteOrganizationValidator : AbstractValidator<DeleteOrganization>
{
    public DeleteOrganizationValidator() => RuleFor(command => command.OrganizationId).ValidId();
}

internal sealed class DeleteOrganizationHandler(IOrganizationRepository organizations, IChangeFeed changes)
    : IRequestHandler<DeleteOrganization, Result<DeletedOrganization>>
{
    public async Task<Result<DeletedOrganization>> Handle(DeleteOrganization command, CancellationToken cancellationToken)
    {
        if (!await organizations.LockAsync(command.OrganizationId, cancellationToken))
            return OrganizationsErrors.NotFound(command.OrganizationId);
        if (await organizations.HasTeamsAsync(command.OrganizationId, cancellationToken))
            return OrganizationsErrors.HasTeams();

        await organizations.DeleteAsync(command.OrganizationId, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Organization, command.OrganizationId, cancellationToken);

        // Its own provider credentials went with it.
        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return new DeletedOrganization(command.OrganizationId);
    }
}
