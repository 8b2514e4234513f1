using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.Models;

/// <summary>Takes a model out of the catalogue and out of its access groups; refused while a model group uses it.</summary>
public sealed record DeleteModel(string ModelAlias) : IRequest<Result<DeletedModel>>, ITransactional;

public sealed record DeletedModel(string ModelAlias, bool Deleted = true);

internal sealed class DeleteModelValidator : AbstractValidator<DeleteModel>
{
    public DeleteModelValidator() => RuleFor(command => command.ModelAlias).ValidId();
}

internal sealed class DeleteModelHandler(IModelRepository models, IChangeFeed changes) : IRequestHandler<DeleteModel, Result<DeletedModel>>
{
    public async Task<Result<DeletedModel>> Handle(DeleteModel command, CancellationToken cancellationToken)
    {
        if (!await models.LockAsync(command.ModelAlias, cancellationToken))
            return CatalogErrors.ModelNotFound(command.ModelAlias);

        var groups = await models.GroupsUsingAsync(command.ModelAlias, cancellationToken);
        if (groups.Count > 0)
            return CatalogErrors.ModelInUse(groups);

        await models.DeleteAsync(command.ModelAlias, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return new DeletedModel(command.ModelAlias);
    }
}
