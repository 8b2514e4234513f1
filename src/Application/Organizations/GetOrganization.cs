using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Organizations;

public sealed record GetOrganization(string OrganizationId) : IRequest<Result<OrganizationResponse>>;

internal sealed class GetOrganizationValidator : AbstractValidator<GetOrganization>
{
    public GetOrganizationValidator() => RuleFor(query => query.OrganizationId).ValidId();
}

internal sealed class GetOrganizationHandler(IOrganizationRepository organizations)
    : IRequestHandler<GetOrganization, Result<OrganizationResponse>>
{
    public async Task<Result<OrganizationResponse>> Handle(GetOrganization query, CancellationToken cancellationToken) =>
        await organizations.GetAsync(query.OrganizationId, cancellationToken) is { } organization
            ? organization
            : OrganizationsErrors.NotFound(query.OrganizationId);
}
