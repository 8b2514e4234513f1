using MediatR;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>One model that the caller may name.</summary>
public sealed record GetCallerModel(Caller Caller, string ModelId) : IRequest<Result<CallerModel>>;

internal sealed class GetCallerModelHandler(CallerModels models) : IRequestHandler<GetCallerModel, Result<CallerModel>>
{
    public async Task<Result<CallerModel>> Handle(GetCallerModel query, CancellationToken cancellationToken)
    {
        var found = await models.ListAsync(query.Caller, cancellationToken);
        if (!found.IsSuccess)
            return found.Error;

        return found.Value.FirstOrDefault(model => model.Id == query.ModelId) is { } model ? model : MeteringErrors.ModelNotFound(query.ModelId);
    }
}
