using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.AccessGroups;

/// <summary>Changes what is given; what is absent stays.</summary>
/// <param name="ModelAliases">Replaces the whole list.</param>
public sealed record UpdateAccessGroup(string? Description = null, IReadOnlyList<string>? ModelAliases = null)
    : IRequest<Result<AccessGroupResponse>>, ITransactional
{
    [JsonIgnore]
    public string GroupName { get; init; } = string.Empty;
}

internal sealed class UpdateAccessGroupValidator : AbstractValidator<UpdateAccessGroup>
{
    public UpdateAccessGroupValidator()
    {
        RuleFor(command => command.GroupName).ValidId();
        RuleFor(command => command.Description).ValidText();
        RuleFor(command => command.ModelAliases).ModelAliases();
    }
}

internal sealed class UpdateAccessGroupHandler(IAccessGroupRepository groups, IModelRepository models, IChangeFeed changes)
    : IRequestHandler<UpdateAccessGroup, Result<AccessGroupResponse>>
{
    public async Task<Result<AccessGroupResponse>> Handle(UpdateAccessGroup command, CancellationToken cancellationToken)
    {
        // Takes the group's row lock, so that two changes of its models follow each other.
        if (!await groups.UpdateAsync(command.GroupName, command.Description, cancellationToken))
            return CatalogErrors.AccessGroupNotFound(command.GroupName);

        if (command.ModelAliases is { } aliases)
        {
            var unknown = await models.UnknownAsync(aliases, cancellationToken);
            if (unknown.Count > 0)
                return CatalogErrors.UnknownModels("model_aliases", unknown);

            await groups.KeepOnlyModelsAsync(command.GroupName, aliases, cancellationToken);
            await groups.AddModelsAsync(command.GroupName, aliases, cancellationToken);
        }

        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return (await groups.GetAsync(command.GroupName, cancellationToken))!;
    }
}
