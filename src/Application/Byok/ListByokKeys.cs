using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Byok;

/// <summary>The keys that serve the caller: their own and their organization's; for an operator an organization's own.</summary>
/// <param name="OrganizationId">An operator names it; for everybody else it is their own.</param>
public sealed record ListByokKeys(Caller Caller, string? OrganizationId) : IRequest<Result<ByokKeyList>>;

/// <param name="Data">Oldest first.</param>
/// <param name="Object">Always <c>list</c>.</param>
public sealed record ByokKeyList(IReadOnlyList<ByokKeyResponse> Data, string Object = "list")
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<ByokKeyResponse> Keys => Data;
}

internal sealed class ListByokKeysHandler(IByokKeyRepository keys) : IRequestHandler<ListByokKeys, Result<ByokKeyList>>
{
    public async Task<Result<ByokKeyList>> Handle(ListByokKeys query, CancellationToken cancellationToken)
    {
        var owner = ByokOwners.Seen(query.Caller, query.OrganizationId);
        return owner.IsSuccess ? new ByokKeyList(await keys.ListAsync(owner.Value, cancellationToken)) : owner.Error;
    }
}
