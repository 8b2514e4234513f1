using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.ModelGroups;

/// <summary>All model groups in the order of their names.</summary>
public sealed record ListModelGroups(PageRequest Page) : IRequest<Result<ModelGroupList>>;

/// <param name="Data">One page.</param>
/// <param name="NextCursor">Null on the last page.</param>
public sealed record ModelGroupList(IReadOnlyList<ModelGroupResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<ModelGroupResponse> ModelGroups => Data;
}

internal sealed class ListModelGroupsHandler(IModelGroupRepository groups) : IRequestHandler<ListModelGroups, Result<ModelGroupList>>
{
    public async Task<Result<ModelGroupList>> Handle(ListModelGroups query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;

        var page = await groups.ListAsync(start.Value, cancellationToken);
        return new ModelGroupList(page.Rows, page.NextCursor);
    }
}
