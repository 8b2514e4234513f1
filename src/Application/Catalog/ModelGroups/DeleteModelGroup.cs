using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.ModelGroups;

/// <summary>Deletes a model group; refused while it is granted to a team.</summary>
public sealed record DeleteModelGroup(string GroupName) : IRequest<Result<DeletedModelGroup>>, ITransactional;

public sealed record DeletedModelGroup(string GroupName, bool Deleted = true);

internal sealed class DeleteModelGroupValidator : AbstractValidator<DeleteModelGroup>
{
    public DeleteModelGroupValidator() => RuleFor(command => command.GroupName).ValidId();
}

internal sealed class DeleteModelGroupHandler(IModelGroupRepository groups, IChangeFeed changes)
    : IRequestHandler<DeleteModelGroup, Result<DeletedModelGroup>>
{
    public async Task<Result<DeletedModelGroup>> Handle(DeleteModelGroup command, CancellationToken cancellationToken)
    {
        if (!await groups.LockAsync(command.GroupName, cancellationToken))
            return CatalogErrors.GroupNotFound(command.GroupName);

        var teams = await groups.TeamsUsingAsync(command.GroupName, cancellationToken);
        if (teams.Count > 0)
            return CatalogErrors.GroupInUse(teams);

        await groups.DeleteAsync(command.GroupName, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return new DeletedModelGroup(command.GroupName);
    }
}
