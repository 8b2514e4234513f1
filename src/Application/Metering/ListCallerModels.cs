using MediatR;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>What the caller may name as a model.</summary>
public sealed record ListCallerModels(Caller Caller) : IRequest<Result<CallerModelList>>;

public sealed record CallerModelList(IReadOnlyList<CallerModel> Data)
{
    public string Object { get; } = "list";
}

internal sealed class ListCallerModelsHandler(CallerModels models) : IRequestHandler<ListCallerModels, Result<CallerModelList>>
{
    public async Task<Result<CallerModelList>> Handle(ListCallerModels query, CancellationToken cancellationToken)
    {
        var found = await models.ListAsync(query.Caller, cancellationToken);
        return found.IsSuccess ? new CallerModelList(found.Value) : found.Error;
    }
}
