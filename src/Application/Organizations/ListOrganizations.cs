using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Organizations;

/// <summary>All organizations in the order of their ids.</summary>
public sealed record ListOrganizations(PageRequest Page) : IRequest<Result<OrganizationList>>;

/// <param name="Data">One page.</param>
/// <param name="NextCursor">Null on the last page.</param>
public sealed record OrganizationList(IReadOnlyList<OrganizationResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<OrganizationResponse> Organizations => Data;
}

internal sealed class ListOrganizationsHandler(IOrganizationRepository organizations)
    : IRequestHandler<ListOrganizations, Result<OrganizationList>>
{
    public async Task<Result<OrganizationList>> Handle(ListOrganizations query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;

        var page = await organizations.ListAsync(start.Value, cancellationToken);
        return new OrganizationList(page.Rows, page.NextCursor);
    }
}
