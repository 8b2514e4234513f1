using MediatR;
using SaasLlm.Application.Organizations;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Members of an organization in the order of their ids.</summary>
public sealed record ListMembers(Caller Caller, string OrganizationId, PageRequest Page) : IRequest<Result<MemberList>>;

/// <param name="Data">One page.</param>
/// <param name="NextCursor">Null on the last page.</param>
public sealed record MemberList(IReadOnlyList<MemberResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<MemberResponse> Members => Data;
}

internal sealed class ListMembersHandler(IMemberRepository members, IOrganizationRepository organizations) : IRequestHandler<ListMembers, Result<MemberList>>
{
    public async Task<Result<MemberList>> Handle(ListMembers query, CancellationToken cancellationToken)
    {
        if (OrganizationManagement.Refusal(query.Caller, query.OrganizationId) is { } refusal)
            return refusal;

        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (await organizations.GetAsync(query.OrganizationId, cancellationToken) is null)
            return OrganizationsErrors.NotFound(query.OrganizationId);

        var page = await members.ListAsync(query.OrganizationId, start.Value, cancellationToken);
        return new MemberList(page.Rows, page.NextCursor);
    }
}
