using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>The signed-in user's API keys.</summary>
public sealed record ListUserKeys(Caller Caller) : IRequest<Result<UserKeyList>>;

internal sealed class ListUserKeysHandler(IUserKeyRepository keys) : IRequestHandler<ListUserKeys, Result<UserKeyList>>
{
    public async Task<Result<UserKeyList>> Handle(ListUserKeys query, CancellationToken cancellationToken) =>
        query.Caller.UserId is { } userId
            ? new UserKeyList(await keys.ListAsync(userId, cancellationToken))
            : IdentitiesErrors.SignInRequired();
}
