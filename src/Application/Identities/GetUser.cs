using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

public sealed record GetUser(string UserId) : IRequest<Result<UserResponse>>;

internal sealed class GetUserHandler(IUserRepository users) : IRequestHandler<GetUser, Result<UserResponse>>
{
    public async Task<Result<UserResponse>> Handle(GetUser query, CancellationToken cancellationToken) =>
        await users.GetAsync(query.UserId, cancellationToken) is { } user ? user : IdentitiesErrors.UserNotFound(query.UserId);
}
