using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.AccessGroups;

/// <summary>Creates a model access group: models that are granted to teams together, each callable by its own alias.</summary>
public sealed record CreateAccessGroup(string? GroupName, string? Description = null, IReadOnlyList<string>? ModelAliases = null)
    : IRequest<Result<AccessGroupResponse>>, ITransactional;

internal sealed class CreateAccessGroupValidator : AbstractValidator<CreateAccessGroup>
{
    public CreateAccessGroupValidator()
    {
        RuleFor(command => command.GroupName).ValidId();
        RuleFor(command => command.Description).ValidText();
        RuleFor(command => command.ModelAliases).ModelAliases();
    }
}

internal sealed class CreateAccessGroupHandler(IAccessGroupRepository groups, IModelRepository models, IChangeFeed changes)
    : IRequestHandler<CreateAccessGroup, Result<AccessGroupResponse>>
{
    public async Task<Result<AccessGroupResponse>> Handle(CreateAccessGroup command, CancellationToken cancellationToken)
    {
        var name = command.GroupName!;
        if (!await groups.CreateAsync(name, command.Description ?? string.Empty, cancellationToken))
            return CatalogErrors.AccessGroupAlreadyExists(name);

        var aliases = command.ModelAliases ?? [];
        var unknown = await models.UnknownAsync(aliases, cancellationToken);
        if (unknown.Count > 0)
            return CatalogErrors.UnknownModels("model_aliases", unknown);

        await groups.AddModelsAsync(name, aliases, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return (await groups.GetAsync(name, cancellationToken))!;
    }
}
