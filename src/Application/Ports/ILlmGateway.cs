using SaasLlm.Application.Llm;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Ports;

/// <summary>
/// Sends a chat request to the best of the given models that answers: the choice, retries, time-outs, circuit breakers,
/// cool-downs, hedging and fallbacks are its business. Upstream faults come back as an <see cref="Error"/>, never as an exception; only the caller's own
/// cancellation throws <see cref="CallerLeftException"/>.
/// </summary>
public interface ILlmGateway
{
    /// <summary>A plain call.</summary>
    /// <param name="request">Its <see cref="ChatRequest.Body"/> must not change until the call has ended.</param>
    /// <param name="targets">The models to choose from; at least one.</param>
    /// <param name="organizationId">Whose own provider credentials come before the operator's.</param>
    Task<GatewayReply> SendAsync(ChatRequest request, RouteTargets targets, string organizationId, CancellationToken cancellationToken);

    /// <summary>A streamed call: returns when an upstream has answered with a good status, or when all have failed. Retry and fallback happen only before that.</summary>
    Task<GatewayStream> OpenStreamAsync(ChatRequest request, RouteTargets targets, string organizationId, CancellationToken cancellationToken);
}

/// <summary>What the gateway did for one call, whether it succeeded or not.</summary>
public abstract class GatewayOutcome
{
    /// <summary>Why no model answered; null on success.</summary>
    public Error? Error { get; init; }

    /// <summary>The model that answered, or the last that was tried; null where none could be tried.</summary>
    public CatalogModel? Model { get; init; }

    /// <summary>Requests sent upstream, retries and fallbacks included.</summary>
    public required int Attempts { get; init; }

    /// <summary>A model that was asked as well and given up, because another answered first; its provider bills the prompt. Null where there was none.</summary>
    public CatalogModel? GivenUp { get; init; }
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

    /// <summary>Requests sent upstream until then.</summary>
    public int Attempts { get; init; }
}

/// <summary>A plain answer.</summary>
public sealed class GatewayReply : GatewayOutcome
{
    /// <summary>What the model answered; null on failure.</summary>
    public ChatAnswer? Answer { get; init; }
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

    public abstract ValueTask DisposeAsync();
}
