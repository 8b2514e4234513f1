using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Catalog.ModelGroups;

/// <summary>Shows which models would serve a call of a group, and why the others would not. Answers from what this node's calls use.</summary>
/// <param name="TeamId">Null: as for a team that the group is granted to.</param>
public sealed record ResolveModelGroup(string GroupName, string? TeamId) : IRequest<Result<ResolvedModelGroup>>;

/// <param name="Granted">True where the team may call the group.</param>
/// <param name="Models">All models of the group, in the order in which they are tried; members of one priority share the load as the strategy says.</param>
public sealed record ResolvedModelGroup(string GroupName, string? TeamId, bool Granted, IReadOnlyList<ResolvedModel> Models);

/// <param name="Active">The model is active, and so is its place in the group.</param>
/// <param name="Priced">It has prices; without them calls are refused.</param>
/// <param name="Granted">The team may be served by it.</param>
/// <param name="Serves">All three.</param>
public sealed record ResolvedModel(
    string ModelName,
    string Provider,
    string UpstreamModel,
    int Priority,
    int Weight,
    bool Active,
    bool Priced,
    bool Granted,
    bool Serves);

internal sealed class ResolveModelGroupValidator : AbstractValidator<ResolveModelGroup>
{
    public ResolveModelGroupValidator()
    {
        RuleFor(query => query.GroupName).ValidId();
        RuleFor(query => query.TeamId).ValidId().When(query => query.TeamId is not null);
    }
}

internal sealed class ResolveModelGroupHandler(ICatalog catalog, ITeamDirectory teams)
    : IRequestHandler<ResolveModelGroup, Result<ResolvedModelGroup>>
{
    public async Task<Result<ResolvedModelGroup>> Handle(ResolveModelGroup query, CancellationToken cancellationToken)
    {
        var snapshot = await catalog.GetAsync(cancellationToken);
        if (!snapshot.Groups.TryGetValue(query.GroupName, out var group))
            return CatalogErrors.GroupNotFound(query.GroupName);

        var granted = true;
        if (query.TeamId is not null)
        {
            if (await teams.FindAsync(query.TeamId, cancellationToken) is not { } team)
                return TeamsErrors.NotFound(query.TeamId);

            granted = team.ModelGroups.Contains(query.GroupName, StringComparer.Ordinal);
        }

        var members = group.Members
            .OrderBy(member => member.Priority)
            .ThenByDescending(member => member.Weight)
            .ThenBy(member => member.ModelAlias, StringComparer.Ordinal)
            .Select(member => ToResolved(member, snapshot.Models[member.ModelAlias], granted));
        return new ResolvedModelGroup(query.GroupName, query.TeamId, granted, [.. members]);
    }

    private static ResolvedModel ToResolved(CatalogMember member, CatalogModel model, bool granted)
    {
        var active = member.Active && model.Active;
        var priced = model.Prices is not null;
        return new ResolvedModel(
            model.Alias,
            model.Provider,
            model.UpstreamModel,
            member.Priority,
            member.Weight,
            active,
            priced,
            granted,
            active && priced && granted);
    }
}
