using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Shows the caller who they are here.</summary>
/// <param name="SessionToken">The caller's session; null: another credential was shown.</param>
public sealed record GetAccount(Caller Caller, string? SessionToken = null) : IRequest<Result<AccountResponse>>;

internal sealed class GetAccountHandler(IUserRepository users, IIdentityDirectory directory) : IRequestHandler<GetAccount, Result<AccountResponse>>
{
    public async Task<Result<AccountResponse>> Handle(GetAccount query, CancellationToken cancellationToken)
    {
        var caller = query.Caller;
        var user = caller is { Kind: CallerKind.User or CallerKind.Operator, UserId: { } userId }
            ? await users.GetAsync(userId, cancellationToken)
            : null;
        var access = user is null ? null : await directory.FindUserAsync(user.UserId, cancellationToken);
        return new AccountResponse
        {
            Kind = caller.Kind switch { CallerKind.Operator => "operator", CallerKind.Team => "team", CallerKind.Service => "service", _ => "user" },
            UserId = caller.UserId,
            Email = user?.Email,
            Name = user?.Name ?? caller.Name,
            TeamId = caller.TeamId,
            OrganizationId = caller.OrganizationId,
            Role = caller.Role is { } role ? RoleNames.Of(role) : null,
            Organizations = [.. (access?.Memberships ?? []).Select(AccountMembership.Of)],
            CsrfToken = query.SessionToken is { } token ? SessionToken.AntiforgeryOf(token) : null,
        };
    }
}
