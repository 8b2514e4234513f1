using MediatR;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>One request for embeddings or pictures, metered by itself.</summary>
/// <param name="Intent">What the request and its headers want of the model.</param>
public sealed record CallModel(Caller Caller, ModelRequest Request, CallIntent Intent, string? RequestId) : IRequest<Result<ModelCallAnswer>>;

/// <summary>What it gave and took.</summary>
public sealed record ModelCallAnswer
{
    public required Guid CallId { get; init; }

    public required ModelAnswer Answer { get; init; }

    /// <summary>The alias that served, or the group where a team asked.</summary>
    public required string Model { get; init; }

    /// <summary>Whose API served.</summary>
    public required string Provider { get; init; }

    public required TokenUsage Usage { get; init; }

    public required CallPrice Price { get; init; }

    /// <summary>What is left of the caller's limits.</summary>
    public RateStatus Limits { get; init; }
}

internal sealed class CallModelHandler(CallMetering metering, ILlmGateway gateway) : IRequestHandler<CallModel, Result<ModelCallAnswer>>
{
    public async Task<Result<ModelCallAnswer>> Handle(CallModel command, CancellationToken cancellationToken)
    {
        var request = command.Request;
        var admitted = await metering.AdmitAsync(command.Caller, CallShape.Of(request, command.Intent, command.RequestId), cancellationToken);
        if (!admitted.IsSuccess)
            return admitted.Error;

        var call = admitted.Value;
        using var lease = call.Lease;
        var reply = await gateway.SendAsync(request, call.Route.Targets, call.Credentials, CancellationToken.None);
        var charged = await metering.SettleAsync(call, reply, CallEnd.Of(reply, request.PromptBytes));
        return reply.Error is { } error
            ? error
            : new ModelCallAnswer
            {
                CallId = call.CallId,
                Answer = reply.Answer!,
                Model = call.Route.Name ?? reply.Model!.Alias,
                Provider = reply.Model!.Provider,
                Usage = charged.Usage,
                Price = new CallPrice(charged.Credits, charged.Available),
                Limits = call.Limits,
            };
    }
}
