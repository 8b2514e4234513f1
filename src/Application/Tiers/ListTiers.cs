using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Tiers;

/// <summary>All tiers in the order of their names.</summary>
public sealed record ListTiers(PageRequest Page) : IRequest<Result<TierList>>;

/// <param name="Data">One page.</param>
/// <param name="NextCursor">Null on the last page.</param>
public sealed record TierList(IReadOnlyList<TierResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<TierResponse> Tiers => Data;
}

internal sealed class ListTiersHandler(ITierRepository tiers) : IRequestHandler<ListTiers, Result<TierList>>
{
    public async Task<Result<TierList>> Handle(ListTiers query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;

        var page = await tiers.ListAsync(start.Value, cancellationToken);
        return new TierList(page.Rows, page.NextCursor);
    }
}
