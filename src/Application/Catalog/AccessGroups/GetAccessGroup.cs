using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Catalog.AccessGroups;

public sealed record GetAccessGroup(string GroupName) : IRequest<Result<AccessGroupResponse>>;

internal sealed class GetAccessGroupValidator : AbstractValidator<GetAccessGroup>
{
    public GetAccessGroupValidator() => RuleFor(query => query.GroupName).ValidId();
}

internal sealed class GetAccessGroupHandler(IAccessGroupRepository groups) : IRequestHandler<GetAccessGroup, Result<AccessGroupResponse>>
{
    public async Task<Result<AccessGroupResponse>> Handle(GetAccessGroup query, CancellationToken cancellationToken) =>
        await groups.GetAsync(query.GroupName, cancellationToken) is { } group
            ? group
            : CatalogErrors.AccessGroupNotFound(query.GroupName);
}
