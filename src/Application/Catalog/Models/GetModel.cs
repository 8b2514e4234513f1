using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.Models;

public sealed record GetModel(string ModelAlias) : IRequest<Result<ModelResponse>>;

internal sealed class GetModelValidator : AbstractValidator<GetModel>
{
    public GetModelValidator() => RuleFor(query => query.ModelAlias).ValidId();
}

internal sealed class GetModelHandler(IModelRepository models) : IRequestHandler<GetModel, Result<ModelResponse>>
{
    public async Task<Result<ModelResponse>> Handle(GetModel query, CancellationToken cancellationToken) =>
        await models.GetAsync(query.ModelAlias, cancellationToken) is { } model
            ? model
            : CatalogErrors.ModelNotFound(query.ModelAlias);
}
