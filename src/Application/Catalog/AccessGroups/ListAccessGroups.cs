using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.AccessGroups;

/// <summary>All model access groups in the order of their names.</summary>
public sealed record ListAccessGroups(PageRequest Page) : IRequest<Result<AccessGroupList>>;

/// <param name="Data">One page.</param>
/// <param name="NextCursor">Null on the last page.</param>
public sealed record AccessGroupList(IReadOnlyList<AccessGroupResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<AccessGroupResponse> AccessGroups => Data;
}

internal sealed class ListAccessGroupsHandler(IAccessGroupRepository groups) : IRequestHandler<ListAccessGroups, Result<AccessGroupList>>
{
    public async Task<Result<AccessGroupList>> Handle(ListAccessGroups query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;

        var page = await groups.ListAsync(start.Value, cancellationToken);
        return new AccessGroupList(page.Rows, page.NextCursor);
    }
}
