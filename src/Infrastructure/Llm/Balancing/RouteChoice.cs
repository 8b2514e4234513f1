using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Llm.Balancing;

/// <summary>Brings routes into the order of <see cref="RouteOrder"/>, by what this node knows of them now.</summary>
internal sealed class RouteChoice(TimeProvider time)
{
    /// <summary>Groups are small; larger ones allocate.</summary>
    private const int OnStack = 16;

    public void Arrange(Span<Route> routes, RouteTargets targets, bool isStream)
    {
        if (routes.Length < 2)
            return;

        var now = time.GetTimestamp();
        if (targets.IsFixed && !AnyCooling(routes, now))
            return;

        var facts = routes.Length <= OnStack ? stackalloc RouteFacts[OnStack] : new RouteFacts[routes.Length];
        facts = facts[..routes.Length];
        for (var i = 0; i < routes.Length; i++)
            facts[i] = Facts(routes[i], targets, isStream, now);
        RouteOrder.Arrange(facts, routes, Random.Shared);
    }

    private RouteFacts Facts(in Route route, RouteTargets targets, bool isStream, long now)
    {
        var load = route.Deployment.Load;
        if (load.CooldownAt(now) is { } cooldown)
            return new RouteFacts(route.Priority, route.Weight, cooldown.Until - now, cooldown.Kind);

        var latency = targets.Strategy == Domain.Catalog.RoutingStrategy.LowestLatency ? load.Latency(isStream).Read(time) : null;
        return new RouteFacts(route.Priority, route.Weight, RouteOrder.Score(targets.Strategy, load.InFlight, latency));
    }

    private static bool AnyCooling(ReadOnlySpan<Route> routes, long now)
    {
        foreach (ref readonly var route in routes)
        {
            if (route.Deployment.Load.CooldownAt(now) is not null)
                return true;
        }

        return false;
    }
}
