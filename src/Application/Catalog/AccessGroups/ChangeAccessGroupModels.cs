using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.AccessGroups;

/// <summary>Adds models to an access group or removes them; a model that is already in, or already out, is no error.</summary>
public sealed record ChangeAccessGroupModels(IReadOnlyList<string>? ModelAliases) : IRequest<Result<AccessGroupResponse>>, ITransactional
{
    [JsonIgnore]
    public string GroupName { get; init; } = string.Empty;

    /// <summary>True: remove. False: add.</summary>
    [JsonIgnore]
    public bool Remove { get; init; }
}

internal sealed class ChangeAccessGroupModelsValidator : AbstractValidator<ChangeAccessGroupModels>
{
    public ChangeAccessGroupModelsValidator()
    {
        RuleFor(command => command.GroupName).ValidId();
        RuleFor(command => command.ModelAliases)
            .Must(aliases => aliases is { Count: > 0 }).WithMessage("is required: at least one model alias.")
            .ModelAliases();
    }
}

internal sealed class ChangeAccessGroupModelsHandler(IAccessGroupRepository groups, IModelRepository models, IChangeFeed changes)
    : IRequestHandler<ChangeAccessGroupModels, Result<AccessGroupResponse>>
{
    public async Task<Result<AccessGroupResponse>> Handle(ChangeAccessGroupModels command, CancellationToken cancellationToken)
    {
        var aliases = command.ModelAliases!;
        if (!await groups.UpdateAsync(command.GroupName, description: null, cancellationToken))
            return CatalogErrors.AccessGroupNotFound(command.GroupName);

        var unknown = await models.UnknownAsync(aliases, cancellationToken);
        if (unknown.Count > 0)
            return CatalogErrors.UnknownModels("model_aliases", unknown);

        if (command.Remove)
            await groups.RemoveModelsAsync(command.GroupName, aliases, cancellationToken);
        else
            await groups.AddModelsAsync(command.GroupName, aliases, cancellationToken);

        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return (await groups.GetAsync(command.GroupName, cancellationToken))!;
    }
}
