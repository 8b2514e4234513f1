using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Live;

/// <summary>Listens to what changes: operators to everything, a team to what is its own.</summary>
public sealed record WatchChanges(Caller Caller) : IRequest<Result<ILiveSubscription>>;

internal sealed class WatchChangesHandler(ILiveChanges changes) : IRequestHandler<WatchChanges, Result<ILiveSubscription>>
{
    private static readonly Error TooMany = new(
        "too_many_listeners", "Too many listen on this node already; end one of the others first.", ErrorKind.TooManyRequests);

    public Task<Result<ILiveSubscription>> Handle(WatchChanges query, CancellationToken cancellationToken) =>
        Task.FromResult(changes.Subscribe(query.Caller.TeamId) is { } subscription ? Result<ILiveSubscription>.Success(subscription) : TooMany);
}
