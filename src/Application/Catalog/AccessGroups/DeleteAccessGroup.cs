using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.AccessGroups;

/// <summary>Deletes a model access group; refused while it is granted to a team.</summary>
public sealed record DeleteAccessGroup(string GroupName) : IRequest<Result<DeletedAccessGroup>>, ITransactional;

public sealed record DeletedAccessGroup(string GroupName, bool Deleted = true);

internal sealed class DeleteAccessGroupValidator : AbstractValidator<DeleteAccessGroup>
{
    public DeleteAccessGroupValidator() => RuleFor(command => command.GroupName).ValidId();
}

internal sealed class DeleteAccessGroupHandler(IAccessGroupRepository groups, IChangeFeed changes)
    : IRequestHandler<DeleteAccessGroup, Result<DeletedAccessGroup>>
{
    public async Task<Result<DeletedAccessGroup>> Handle(DeleteAccessGroup command, CancellationToken cancellationToken)
    {
        if (!await groups.LockAsync(command.GroupName, cancellationToken))
            return CatalogErrors.AccessGroupNotFound(command.GroupName);

        var teams = await groups.TeamsUsingAsync(command.GroupName, cancellationToken);
        if (teams.Count > 0)
            return CatalogErrors.AccessGroupInUse(teams);

        await groups.DeleteAsync(command.GroupName, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return new DeletedAccessGroup(command.GroupName);
    }
}
