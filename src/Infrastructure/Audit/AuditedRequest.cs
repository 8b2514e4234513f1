using System.Text.Json;
using SaasLlm.Application.Shared;

namespace SaasLlm.Infrastructure.Audit;

/// <summary>What the audit log's triggers are told of the current transaction, as JSON in the setting <c>saasllm.request</c>.</summary>
internal static class AuditedRequest
{
    private const string System = "system";

    public static string Describe(string useCase, Requester requester)
    {
        var address = requester.Address is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : requester.Address;
        return JsonSerializer.Serialize(new
        {
            use_case = useCase,
            actor_kind = requester.Caller is { } caller ? KindOf(caller.Kind) : System,
            // A person, whichever of their keys they used.
            actor = requester.Caller is { Kind: CallerKind.User, UserId: { } userId } ? userId : requester.Caller?.Name,
            request_id = requester.RequestId,
            address = address?.ToString(),
        });
    }

    private static string KindOf(CallerKind kind) => kind switch
    {
        CallerKind.Operator => "operator",
        CallerKind.Team => "team",
        CallerKind.Service => "service",
        CallerKind.User => "user",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No name for this kind."),
    };
}
