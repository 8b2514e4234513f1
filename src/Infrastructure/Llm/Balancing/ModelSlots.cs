using System.Collections.Concurrent;
using SaasLlm.Application.Ports;
using SaasLlm.Infrastructure.Redis;

namespace SaasLlm.Infrastructure.Llm.Balancing;

/// <summary>
/// Holds each model to its calls at the same time. The limit is for all nodes; each keeps its part of it, so that no call waits
/// for Redis. It is the operator's account that it spares: calls by callers' own keys have their own provider's limits.
/// </summary>
internal sealed class ModelSlots(INodeCount nodes)
{
    private readonly ConcurrentDictionary<string, ModelSlot> _slots = new(StringComparer.Ordinal);

    /// <summary>Takes what a call needs to go this way; false where the model is full. Give it back with <see cref="Seat.Leave"/>.</summary>
    public bool TryTake(in Route route, out Seat seat)
    {
        ModelSlot? slot = null;
        if (route.Model.MaxParallel is { } limit && route.Deployment.Byok is null)
        {
            slot = _slots.GetOrAdd(route.Model.Alias, static _ => new ModelSlot());
            var count = nodes.Count;
            if (!slot.TryTake((limit + count - 1) / count))
            {
                seat = default;
                return false;
            }
        }

        route.Deployment.Load.Enter();
        seat = new Seat(route.Deployment.Load, slot);
        return true;
    }
}

/// <summary>The calls in flight to one model of limited concurrency.</summary>
internal sealed class ModelSlot
{
    private int _taken;

    public bool TryTake(int limit)
    {
        if (Interlocked.Increment(ref _taken) <= limit)
            return true;

        GiveBack();
        return false;
    }

    public void GiveBack() => Interlocked.Decrement(ref _taken);
}

/// <summary>A call's place at a deployment, held to the end of its answer. Whoever holds it leaves it once.</summary>
internal readonly record struct Seat(DeploymentLoad? Load, ModelSlot? Slot)
{
    public void Leave()
    {
        Load?.Leave();
        Slot?.GiveBack();
    }
}
