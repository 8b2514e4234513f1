using MediatR;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>
/// One plain chat completion, metered by itself. Once it is sent it runs to its end even where the caller leaves, because the
/// provider bills it all the same; so its cost is known exactly.
/// </summary>
/// <param name="Intent">What the request and its headers want of the model.</param>
public sealed record CompleteChat(Caller Caller, ChatRequest Request, CallIntent Intent, string? RequestId) : IRequest<Result<MeteredAnswer>>;

/// <summary>What a metered call gave and took.</summary>
public sealed record MeteredAnswer
{
    public required Guid CallId { get; init; }

    public required ChatAnswer Answer { get; init; }

    /// <summary>The alias that served, or the group where a team asked.</summary>
    public required string Model { get; init; }

    /// <summary>Whose API served.</summary>
    public required string Provider { get; init; }

    public required TokenUsage Usage { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required CallPrice Price { get; init; }

    /// <summary>What is left of the caller's limits.</summary>
    public RateStatus Limits { get; init; }

    public bool Cached { get; init; }
}

/// <summary>What a metered call was charged.</summary>
/// <param name="Credits">0 where the caller's own key served.</param>
/// <param name="Remaining">What the wallet can still spend, in credits; null where none was charged.</param>
public readonly record struct CallPrice(decimal Credits, decimal? Remaining);

internal sealed class CompleteChatHandler(CallMetering metering, ILlmGateway gateway) : IRequestHandler<CompleteChat, Result<MeteredAnswer>>
{
    public async Task<Result<MeteredAnswer>> Handle(CompleteChat command, CancellationToken cancellationToken)
    {
        var request = command.Request;
        var admitted = await metering.AdmitAsync(
            command.Caller, CallShape.Of(request, command.Intent, streamed: false, command.RequestId), cancellationToken);
        if (!admitted.IsSuccess)
            return admitted.Error;

        var call = admitted.Value;
        using var lease = call.Lease;
        var reply = await gateway.SendAsync(request.Within(call.MaxTokens), call.Route.Targets, call.Credentials, call.CachePolicy(request), CancellationToken.None);
        var charged = await metering.SettleAsync(call, reply, CallEnd.Of(reply, request.PromptBytes));
        return reply.Error is { } error
            ? error
            : new MeteredAnswer
            {
                CallId = call.CallId,
                Answer = reply.Answer!,
                Model = call.Route.Name ?? reply.Model!.Alias,
                Provider = reply.Model!.Provider,
                Usage = charged.Usage,
                CreatedAt = call.StartedAt,
                Price = new CallPrice(charged.Credits, charged.Available),
                Limits = call.Limits,
                Cached = reply.Cached,
            };
    }
}
