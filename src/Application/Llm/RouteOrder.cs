using SaasLlm.Application.Ports;

namespace SaasLlm.Application.Llm;

/// <summary>In which order the models of a group are tried.</summary>
public static class RouteOrder
{
    /// <summary>
    /// Priorities ascending; within one priority a shuffle in which each model comes first as often as its weight says.
    /// Inactive members, inactive or unknown models and repetitions are left out.
    /// </summary>
    /// <param name="random">Decides the shuffle; <see cref="Random.Shared"/> outside tests.</param>
    public static IReadOnlyList<CatalogModel> Of(CatalogGroup group, CatalogSnapshot snapshot, Random random)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(random);

        var members = new List<CatalogMember>(group.Members.Count);
        foreach (var member in group.Members)
        {
            if (member.Active && snapshot.Models.TryGetValue(member.ModelAlias, out var model) && model.Active)
                members.Add(member);
        }

        var order = new List<CatalogModel>(members.Count);
        while (members.Count > 0)
        {
            var next = Draw(members, random);
            var model = snapshot.Models[members[next].ModelAlias];
            members.RemoveAt(next);
            if (!order.Contains(model))
                order.Add(model);
        }

        return order;
    }

    /// <summary>Draws one of the members of the lowest priority that is left, by weight.</summary>
    private static int Draw(List<CatalogMember> members, Random random)
    {
        var lowest = int.MaxValue;
        var total = 0L;
        foreach (var member in members)
        {
            if (member.Priority > lowest)
                continue;
            if (member.Priority < lowest)
                total = 0;
            lowest = member.Priority;
            total += Math.Max(1, member.Weight);
        }

        var ticket = random.NextInt64(total);
        var drawn = 0;
        while (true)
        {
            if (members[drawn].Priority == lowest)
            {
                ticket -= Math.Max(1, members[drawn].Weight);
                if (ticket < 0)
                    return drawn;
            }

            drawn++;
        }
    }
}
