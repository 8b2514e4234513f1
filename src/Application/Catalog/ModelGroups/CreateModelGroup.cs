using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.ModelGroups;

/// <summary>Creates a model group: a name under which teams call, and the models that serve it.</summary>
/// <param name="DisplayName">The group's name where absent.</param>
/// <param name="RoutingStrategy">How models of one priority share the load: <c>weighted</c> (default), <c>least_busy</c> or <c>lowest_latency</c>.</param>
/// <param name="HedgeAfterMs">After how many ms without an answer the next model is asked as well, 1 to 600000; 0: never (default).</param>
/// <param name="CacheTtlSeconds">How long its answers may serve the same request again, in seconds, 0 to 86,400; absent or 0: as the team says.</param>
public sealed record CreateModelGroup(
    string? GroupName,
    string? DisplayName = null,
    string? Description = null,
    IReadOnlyList<ModelGroupEntry>? Models = null,
    string? RoutingStrategy = null,
    int? HedgeAfterMs = null,
    int? CacheTtlSeconds = null)
    : IRequest<Result<ModelGroupResponse>>, ITransactional;

internal sealed class CreateModelGroupValidator : AbstractValidator<CreateModelGroup>
{
    public CreateModelGroupValidator()
    {
        RuleFor(command => command.GroupName).ValidId();
        RuleFor(command => command.DisplayName).ValidText();
        RuleFor(command => command.Description).ValidText();
        RuleFor(command => command.RoutingStrategy).ValidStrategy();
        RuleFor(command => command.HedgeAfterMs).ValidHedge();
        RuleFor(command => command.Models).ValidEntries();
        RuleFor(command => command.CacheTtlSeconds).CacheTtl();
    }
}

internal sealed class CreateModelGroupHandler(IModelGroupRepository groups, IModelRepository models, IChangeFeed changes)
    : IRequestHandler<CreateModelGroup, Result<ModelGroupResponse>>
{
    public async Task<Result<ModelGroupResponse>> Handle(CreateModelGroup command, CancellationToken cancellationToken)
    {
        var name = command.GroupName!;
        var settings = new GroupSettings(command.RoutingStrategy, command.HedgeAfterMs, command.CacheTtlSeconds);
        if (!await groups.CreateAsync(name, command.DisplayName ?? name, command.Description ?? string.Empty, settings, cancellationToken))
            return CatalogErrors.GroupAlreadyExists(name);

        var unknown = await models.UnknownAsync([.. command.Models!.Select(entry => entry.ModelName!)], cancellationToken);
        if (unknown.Count > 0)
            return CatalogErrors.UnknownModels("models", unknown);

        await groups.SetModelsAsync(name, [.. command.Models!.Select(entry => entry.ToMember())], cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return (await groups.GetAsync(name, cancellationToken))!;
    }
}
