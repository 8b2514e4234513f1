using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Llm;

/// <summary>
/// In which order the models of a group are tried. Everything that changes from call to call comes in as
/// <see cref="RouteFacts"/>, so the rule itself is a function.
/// </summary>
public static class RouteOrder
{
    /// <summary>An unmeasured model that already has a call on trial: behind every measured one, before any that is cooling.</summary>
    private const double OnTrial = 1e15;

    /// <summary>A group's models by ascending priority. Inactive members, inactive or unknown models and repetitions are left out.</summary>
    public static RouteTargets Of(CatalogGroup group, CatalogSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(snapshot);
        var targets = new List<RouteTarget>(group.Members.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in group.Members.OrderBy(member => member.Priority))
        {
            if (member.Active && snapshot.Models.TryGetValue(member.ModelAlias, out var model) && model.Active && seen.Add(model.Alias))
                targets.Add(new RouteTarget(model, member.Priority, Math.Max(1, member.Weight)));
        }

        return new RouteTargets([.. targets], group.RoutingStrategy, group.HedgeAfterMs);
    }

    /// <summary>How little a strategy wants a model: the lowest score of a priority is tried first, and weights decide between equals.</summary>
    /// <param name="inFlight">Calls that it is serving for this node.</param>
    /// <param name="latencyMs">What an answer of it costs in time; null where it has never been measured.</param>
    public static double Score(RoutingStrategy strategy, int inFlight, double? latencyMs) => strategy switch
    {
        RoutingStrategy.LeastBusy => inFlight,

        // A call that has to share waits longer: so do Finagle's and Linkerd's balancers count.
        RoutingStrategy.LowestLatency when latencyMs is { } known => known * (inFlight + 1),
        RoutingStrategy.LowestLatency => inFlight == 0 ? 0 : OnTrial + inFlight,
        _ => 0,
    };

    /// <summary>
    /// Puts the items into the order in which to try them: those that are not cooling by priority and then by score; behind
    /// them those that are cooling, guesses first, the first to return first. Between equals a draw by weight decides.
    /// </summary>
    /// <param name="facts">One for each item; brought into the same order.</param>
    /// <param name="random">Decides the draw; <see cref="Random.Shared"/> outside tests.</param>
    public static void Arrange<T>(Span<RouteFacts> facts, Span<T> items, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        for (var i = 0; i < facts.Length - 1; i++)
        {
            var next = i + Draw(facts[i..], random);
            (facts[i], facts[next]) = (facts[next], facts[i]);
            (items[i], items[next]) = (items[next], items[i]);
        }
    }

    /// <summary>One of the best, drawn by weight.</summary>
    private static int Draw(ReadOnlySpan<RouteFacts> facts, Random random)
    {
        var best = 0;
        var equals = 1;
        long weights = facts[0].Weight;
        for (var i = 1; i < facts.Length; i++)
        {
            var compared = facts[i].CompareTo(facts[best]);
            if (compared > 0)
                continue;
            if (compared < 0)
                (best, equals, weights) = (i, 0, 0);
            equals++;
            weights += facts[i].Weight;
        }

        if (equals == 1)
            return best;

        var ticket = random.NextInt64(weights);
        for (var i = best; ; i++)
        {
            if (facts[i].CompareTo(facts[best]) != 0)
                continue;
            ticket -= facts[i].Weight;
            if (ticket < 0)
                return i;
        }
    }
}

/// <summary>How sure it is that a deployment had better be left alone.</summary>
public enum Cooling
{
    /// <summary>It may be called.</summary>
    None,

    /// <summary>It wanted a pause and did not say how long, or another node could not reach it.</summary>
    Guessed,

    /// <summary>It said how long, or its circuit is open.</summary>
    Known,
}

/// <summary>What is true of a model at the moment of one call.</summary>
/// <param name="Priority">Lower ones are tried first.</param>
/// <param name="Weight">Share among equals, 1 or more.</param>
/// <param name="Score">What <see cref="RouteOrder.Score"/> gave; while it is cooling, when it returns.</param>
/// <param name="Cooling">Whether it had better be left alone.</param>
public readonly record struct RouteFacts(int Priority, int Weight, double Score, Cooling Cooling = Cooling.None) : IComparable<RouteFacts>
{
    /// <summary>Negative where this one is to be tried before the other, zero where a draw decides.</summary>
    public int CompareTo(RouteFacts other)
    {
        if (Cooling != other.Cooling)
            return Cooling.CompareTo(other.Cooling);
        return Priority != other.Priority && Cooling == Cooling.None
            ? Priority.CompareTo(other.Priority)
            : Score.CompareTo(other.Score);
    }

    public static bool operator <(RouteFacts left, RouteFacts right) => left.CompareTo(right) < 0;

    public static bool operator <=(RouteFacts left, RouteFacts right) => left.CompareTo(right) <= 0;

    public static bool operator >(RouteFacts left, RouteFacts right) => left.CompareTo(right) > 0;

    public static bool operator >=(RouteFacts left, RouteFacts right) => left.CompareTo(right) >= 0;
}
