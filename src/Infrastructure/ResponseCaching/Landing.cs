using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>How a call ended that others like it have waited for.</summary>
/// <param name="Answer">Of a plain call; null where it failed, and of a stream.</param>
/// <param name="Error">Null where it succeeded, and of a stream where it began.</param>
/// <param name="Model">The model that answered or was tried last.</param>
/// <param name="Sent">False where nothing was sent upstream.</param>
internal readonly record struct Landing(CachedAnswer? Answer, Error? Error, CatalogModel? Model, bool Sent)
{
    /// <summary>Calls that one waits for at most; after that it shares their failure, so that nobody waits for one failing call after the other.</summary>
    private const int MaxWaits = 2;

    /// <summary>
    /// Whether one who has waited takes this outcome for its own, instead of asking anew. Refused for what it says, the request
    /// will be refused again; where no model could be asked, none can be now; where time ran out, it ran out for the waiting one too.
    /// Any other failure has come after retries and fallbacks, so it is tried again once, by one of those who waited.
    /// </summary>
    /// <param name="waits">Calls that it has waited for, this one included.</param>
    public bool IsFinalAfter(int waits) =>
        Error is null || !Sent || waits >= MaxWaits || Error.Kind is ErrorKind.UpstreamRejected or ErrorKind.UpstreamTimeout;
}
