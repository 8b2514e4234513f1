using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.ModelGroups;

public sealed record GetModelGroup(string GroupName) : IRequest<Result<ModelGroupResponse>>;

internal sealed class GetModelGroupValidator : AbstractValidator<GetModelGroup>
{
    public GetModelGroupValidator() => RuleFor(query => query.GroupName).ValidId();
}

internal sealed class GetModelGroupHandler(IModelGroupRepository groups) : IRequestHandler<GetModelGroup, Result<ModelGroupResponse>>
{
    public async Task<Result<ModelGroupResponse>> Handle(GetModelGroup query, CancellationToken cancellationToken) =>
        await groups.GetAsync(query.GroupName, cancellationToken) is { } group
            ? group
            : CatalogErrors.GroupNotFound(query.GroupName);
}
