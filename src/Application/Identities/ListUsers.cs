using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>All users in the order of their ids.</summary>
public sealed record ListUsers(PageRequest Page) : IRequest<Result<UserList>>;

/// <param name="Data">One page.</param>
/// <param name="NextCursor">Null on the last page.</param>
public sealed record UserList(IReadOnlyList<UserResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<UserResponse> Users => Data;
}

internal sealed class ListUsersHandler(IUserRepository users) : IRequestHandler<ListUsers, Result<UserList>>
{
    public async Task<Result<UserList>> Handle(ListUsers query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;

        var page = await users.ListAsync(start.Value, cancellationToken);
        return new UserList(page.Rows, page.NextCursor);
    }
}
