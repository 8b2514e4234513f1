using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.Models;

/// <summary>The whole catalogue in the order of the aliases.</summary>
public sealed record ListModels(PageRequest Page) : IRequest<Result<ModelList>>;

/// <param name="Data">One page.</param>
/// <param name="NextCursor">Null on the last page.</param>
public sealed record ModelList(IReadOnlyList<ModelResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<ModelResponse> Models => Data;
}

internal sealed class ListModelsHandler(IModelRepository models) : IRequestHandler<ListModels, Result<ModelList>>
{
    public async Task<Result<ModelList>> Handle(ListModels query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;

        var page = await models.ListAsync(start.Value, cancellationToken);
        return new ModelList(page.Rows, page.NextCursor);
    }
}
