using SaasLlm.Application.Catalog.ModelGroups;

namespace SaasLlm.Application.Import;

/// <summary>Makes a model group of the deployments of each name, followed by those of the groups that it falls back to.</summary>
internal sealed class GroupPlanner(LiteLlmConfig config, ImportState state, List<NotCarriedOver> left)
{
    private const int MaxWeight = 1000;

    /// <summary>Members by their group's name in the file.</summary>
    private readonly Dictionary<string, IReadOnlyList<ModelGroupMember>> _own = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _paths = new(StringComparer.Ordinal);

    /// <param name="deployments">Those of one name that can be served, with their aliases.</param>
    public void Add(string name, IReadOnlyList<(LiteLlmDeployment Deployment, string Alias)> deployments)
    {
        _own.Add(name, OwnMembers(deployments));
        _paths.Add(name, deployments[0].Deployment.Path);
    }

    public IReadOnlyList<PlannedGroup> Plan()
    {
        foreach (var (group, fallbacks) in config.Fallbacks)
        {
            if (Target(group) is null)
                left.Add(new NotCarriedOver(fallbacks.Path, "there is no such group here."));
        }

        var planned = new Dictionary<string, PlannedGroup>(StringComparer.Ordinal);
        foreach (var name in _own.Keys)
            Add(planned, name, name, _paths[name]);
        foreach (var (alias, target) in config.Aliases)
        {
            var path = LiteLlmReader.PathTo("router_settings.model_group_alias", alias);
            if (_own.ContainsKey(target))
                Add(planned, alias, target, path);
            else
                left.Add(new NotCarriedOver(path, "names no group that was carried over."));
        }

        return [.. planned.Values];
    }

    private void Add(Dictionary<string, PlannedGroup> planned, string name, string target, string path)
    {
        var groupName = ModelPlanner.NameOf(name);
        if (planned.ContainsKey(groupName))
            left.Add(new NotCarriedOver(path, $"another group is called '{groupName}' already."));
        else
            planned.Add(groupName, Plan(groupName, name, target, path));
    }

    private PlannedGroup Plan(string groupName, string name, string target, string path)
    {
        var members = WithFallbacks(name, target);
        if (state.Groups.TryGetValue(groupName, out var existing))
        {
            return existing.Models.ToHashSet().SetEquals(members)
                ? new(new ImportedItem(groupName, path, ImportedItem.Unchanged, null))
                : new(new ImportedItem(groupName, path, ImportedItem.Skipped, "is here already, with other models; it is left as it is."));
        }

        var create = new CreateModelGroup(
            groupName,
            Models: [.. members.Select(member => new ModelGroupEntry(member.ModelName, member.Priority, member.Weight, member.Active))],
            RoutingStrategy: LiteLlmStrategies.Find(config.RoutingStrategy));
        var broken = new CreateModelGroupValidator().Validate(create);
        return broken.IsValid
            ? new(new ImportedItem(groupName, path, ImportedItem.Created, groupName == name ? null : $"is called '{LiteLlmReader.PathTo(null, name)}' there."), create)
            : new(new ImportedItem(groupName, path, ImportedItem.Skipped, $"{broken.Errors[0].PropertyName} {broken.Errors[0].ErrorMessage}"));
    }

    private List<ModelGroupMember> WithFallbacks(string name, string target)
    {
        List<ModelGroupMember> members = [.. _own[target]];
        var fallbacks = config.Fallbacks.GetValueOrDefault(name) ?? config.Fallbacks.GetValueOrDefault(target) ?? config.DefaultFallbacks;
        foreach (var wanted in fallbacks?.Groups ?? [])
        {
            if (Target(wanted) is not { } group)
            {
                var lost = new NotCarriedOver(fallbacks!.Path, $"'{LiteLlmReader.PathTo(null, wanted)}' is no group that was carried over.");
                if (!left.Contains(lost))
                    left.Add(lost);
                continue;
            }

            var behind = members.Max(member => member.Priority) + 1;
            members.AddRange(group
                .Where(member => members.TrueForAll(known => known.ModelName != member.ModelName))
                .ToArray()
                .Select(member => member with { Priority = member.Priority + behind }));
        }

        return members;
    }

    private IReadOnlyList<ModelGroupMember>? Target(string name) =>
        _own.GetValueOrDefault(name) ?? (config.Aliases.TryGetValue(name, out var target) ? _own.GetValueOrDefault(target) : null);

    private static List<ModelGroupMember> OwnMembers(IReadOnlyList<(LiteLlmDeployment Deployment, string Alias)> deployments)
    {
        // As LiteLLM does: by what the first of them says.
        var first = deployments[0].Deployment;
        Func<LiteLlmDeployment, decimal?> share = first switch
        {
            { Weight: not null } => static deployment => deployment.Weight,
            { Rpm: not null } => static deployment => deployment.Rpm,
            { Tpm: not null } => static deployment => deployment.Tpm,
            _ => static _ => 1,
        };

        // The same model twice is one member with both shares.
        var shares = deployments
            .GroupBy(entry => entry.Alias, StringComparer.Ordinal)
            .Select(same => (Alias: same.Key, Order: same.Min(entry => entry.Deployment.Order), Share: same.Sum(entry => share(entry.Deployment) ?? 0)))
            .ToArray();
        var most = shares.Max(member => member.Share);
        var fits = Array.TrueForAll(shares, member => member.Share <= MaxWeight && member.Share == decimal.Truncate(member.Share));
        var orders = shares.Select(member => member.Order).Distinct().Order().ToList();
        return
        [
            .. shares.Select(member => new ModelGroupMember(
                member.Alias,
                orders.IndexOf(member.Order),
                most == 0 ? 1 : (int)Math.Max(1, fits ? member.Share : decimal.Round(member.Share / most * MaxWeight)),
                most == 0 || member.Share > 0)),
        ];
    }
}
