using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.ModelGroups;

/// <summary>Changes what is given; what is absent stays.</summary>
/// <param name="Models">Replaces the whole list.</param>
/// <param name="RoutingStrategy">How models of one priority share the load: <c>weighted</c>, <c>least_busy</c> or <c>lowest_latency</c>.</param>
/// <param name="HedgeAfterMs">After how many ms without an answer the next model is asked as well, 1 to 600000; 0: never.</param>
/// <param name="CacheTtlSeconds">0: as the team says.</param>
public sealed record UpdateModelGroup(
    string? DisplayName = null,
    string? Description = null,
    IReadOnlyList<ModelGroupEntry>? Models = null,
    string? RoutingStrategy = null,
    int? HedgeAfterMs = null,
    int? CacheTtlSeconds = null)
    : IRequest<Result<ModelGroupResponse>>, ITransactional
{
    [JsonIgnore]
    public string GroupName { get; init; } = string.Empty;
}

internal sealed class UpdateModelGroupValidator : AbstractValidator<UpdateModelGroup>
{
    public UpdateModelGroupValidator()
    {
        RuleFor(command => command.GroupName).ValidId();
        RuleFor(command => command.DisplayName).RequiredText().When(command => command.DisplayName is not null);
        RuleFor(command => command.Description).ValidText();
        RuleFor(command => command.RoutingStrategy).ValidStrategy();
        RuleFor(command => command.HedgeAfterMs).ValidHedge();
        RuleFor(command => command.CacheTtlSeconds).CacheTtl();
        When(command => command.Models is not null, () => RuleFor(command => command.Models).ValidEntries());
    }
}

internal sealed class UpdateModelGroupHandler(IModelGroupRepository groups, IModelRepository models, IChangeFeed changes)
    : IRequestHandler<UpdateModelGroup, Result<ModelGroupResponse>>
{
    public async Task<Result<ModelGroupResponse>> Handle(UpdateModelGroup command, CancellationToken cancellationToken)
    {
        // Takes the group's row lock, so that two replacements of its models follow each other.
        var settings = new GroupSettings(command.RoutingStrategy, command.HedgeAfterMs, command.CacheTtlSeconds);
        if (!await groups.UpdateAsync(command.GroupName, command.DisplayName, command.Description, settings, cancellationToken))
            return CatalogErrors.GroupNotFound(command.GroupName);

        if (command.Models is { } entries)
        {
            var unknown = await models.UnknownAsync([.. entries.Select(entry => entry.ModelName!)], cancellationToken);
            if (unknown.Count > 0)
                return CatalogErrors.UnknownModels("models", unknown);

            await groups.SetModelsAsync(command.GroupName, [.. entries.Select(entry => entry.ToMember())], cancellationToken);
        }

        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return (await groups.GetAsync(command.GroupName, cancellationToken))!;
    }
}
