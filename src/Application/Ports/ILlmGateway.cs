using SaasLlm.Application.Llm;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>
/// Sends a request to the best of the given models that answers: the choice, retries, time-outs, circuit breakers,
/// cool-downs, hedging and fallbacks are its business. Upstream faults come back as an <see cref="Error"/>, never as an exception; only the caller's own
/// cancellation throws <see cref="CallerLeftException"/>.
/// </summary>
public interface ILlmGateway
{
    /// <summary>A plain chat.</summary>
    /// <param name="request">Its <see cref="ModelRequest.Body"/> must not change until the call has ended.</param>
    /// <param name="targets">The models to choose from; at least one.</param>
    /// <param name="credentials">Whose keys are used.</param>
    /// <param name="cache">Whether an earlier answer to the same request may serve; null: never, and this one is not kept.</param>
    Task<GatewayReply> SendAsync(
        ChatRequest request, RouteTargets targets, GatewayCredentials credentials, CachePolicy? cache, CancellationToken cancellationToken);

    /// <summary>Embeddings or pictures. They are never served from an earlier answer, and never asked of two models at once.</summary>
    /// <param name="request">Its <see cref="ModelRequest.Body"/> must not change until the call has ended.</param>
    /// <param name="targets">The models to choose from; at least one. Those whose provider's API has no such operation are passed over.</param>
    /// <param name="credentials">Whose keys are used.</param>
    Task<ModelReply> SendAsync(ModelRequest request, RouteTargets targets, GatewayCredentials credentials, CancellationToken cancellationToken);

    /// <summary>A streamed chat: returns when an upstream has answered with a good status, or when all have failed. Retry and fallback happen only before that.</summary>
    Task<GatewayStream> OpenStreamAsync(
        ChatRequest request, RouteTargets targets, GatewayCredentials credentials, CachePolicy? cache, CancellationToken cancellationToken);
}

/// <summary>
/// Whose keys a call is made with. Where a caller's own key serves at least one of the targets, only such keys are used, unless all
/// of them may fall back to the platform's.
/// </summary>
/// <param name="OrganizationId">Whose own provider credentials come before the operator's.</param>
/// <param name="Byok">The keys that the caller brought, which come before both; null: none.</param>
/// <param name="OwnKeysOnly">True where the caller may not have the targets from the platform, so that no key falls back to it.</param>
public readonly record struct GatewayCredentials(string OrganizationId, ByokKeys? Byok = null, bool OwnKeysOnly = false);

/// <summary>That answers of one tenant are kept, and for how long.</summary>
/// <param name="TeamId">The tenant: no other is ever served from what this one asked.</param>
/// <param name="RouteName">The group, or the model alias, that the caller asked for.</param>
/// <param name="TtlSeconds">Age up to which an answer serves, in seconds; 1 to <see cref="MaxTtlSeconds"/>.</param>
public sealed record CachePolicy(string TeamId, string RouteName, int TtlSeconds)
{
    /// <summary>The longest age that may be asked for, in seconds.</summary>
    public const int MaxTtlSeconds = 86_400;
}

/// <summary>What the gateway did for one call, whether it succeeded or not.</summary>
public abstract class GatewayOutcome
{
    /// <summary>Why no model answered; null on success.</summary>
    public Error? Error { get; init; }

    /// <summary>The model that answered, or the last that was tried; null where none could be tried.</summary>
    public CatalogModel? Model { get; init; }

    /// <summary>The caller's own key that answered or was tried last, so that the operator pays nothing; null: the platform's.</summary>
    public Guid? ByokKeyId { get; init; }

    /// <summary>Requests sent upstream, retries and fallbacks included.</summary>
    public required int Attempts { get; init; }

    /// <summary>A model that was asked as well and given up, because another answered first; its provider bills the operator the prompt. Null where there was none.</summary>
    public CatalogModel? GivenUp { get; init; }

    /// <summary>True where nothing was sent upstream for this call: it shares the outcome of an earlier or a running call like it, and no provider bills it.</summary>
    public bool Cached { get; init; }

    /// <summary>Share of the usual price that the client pays for this call, in percent, 0 to 100.</summary>
    public int ClientPricePercent { get; init; } = 100;

    /// <summary>True where the sandbox invented the answer.</summary>
    public bool IsInvented { get; init; }
}

/// <summary>The caller left before any model had answered.</summary>
public sealed class CallerLeftException : OperationCanceledException
{
    public CallerLeftException()
    {
    }

    public CallerLeftException(string message)
        : base(message)
    {
    }

    public CallerLeftException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The model of the last request sent; null where none was sent.</summary>
    public CatalogModel? Model { get; init; }

    /// <summary>The caller's own key of the last request sent; null: the platform's.</summary>
    public Guid? ByokKeyId { get; init; }

    /// <summary>Requests sent upstream until then.</summary>
    public int Attempts { get; init; }
}

/// <summary>A plain chat's answer.</summary>
public sealed class GatewayReply : GatewayOutcome
{
    /// <summary>What the model answered; null on failure.</summary>
    public ChatAnswer? Answer { get; init; }
}

/// <summary>The answer to what is no chat.</summary>
public sealed class ModelReply : GatewayOutcome
{
    /// <summary>An <see cref="Llm.Embeddings.EmbeddingsAnswer"/> or an <see cref="Llm.Images.ImageAnswer"/>, as was asked for; null on failure.</summary>
    public ModelAnswer? Answer { get; init; }
}

/// <summary>An open stream. Read it to its end with <see cref="ReadAsync"/>, then look at what it saw; dispose it in any case, which cancels the upstream.</summary>
public abstract class GatewayStream : GatewayOutcome, IAsyncDisposable
{
    /// <summary>
    /// The JSON of the next <c>data:</c> event, without the prefix and without <c>[DONE]</c>; null at the end.
    /// The memory is valid until the next call. When it gives null, <see cref="Fault"/> says whether the end was a good one.
    /// </summary>
    public abstract ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Why the stream broke (cut, idle too long, error event, broken JSON); null while it runs and after a good end (<c>[DONE]</c> or a finish reason).</summary>
    public Error? Fault { get; protected set; }

    /// <summary>What the upstream reported so far; null where it has reported none.</summary>
    public TokenUsage? Usage { get; protected set; }

    /// <summary>The last finish reason seen.</summary>
    public string? FinishReason { get; protected set; }

    /// <summary>UTF-8 bytes of generated text (content, reasoning, tool arguments) seen so far: the base of an estimate.</summary>
    public int DeliveredTextBytes { get; protected set; }

    /// <summary>True where the stream was read to its end after its caller had left, so that <see cref="Usage"/> is that of the whole answer.</summary>
    public bool Drained { get; protected set; }

    public abstract ValueTask DisposeAsync();
}
