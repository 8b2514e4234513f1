using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Ends a session on every node. One that has ended already is as good.</summary>
/// <param name="Token">Null: there is none.</param>
public sealed record SignOut(string? Token) : IRequest<Result<SignedOut>>, ITransactional;

public sealed record SignedOut(bool Ended = true);

internal sealed class SignOutHandler(ISessionRepository sessions, IChangeFeed changes) : IRequestHandler<SignOut, Result<SignedOut>>
{
    public async Task<Result<SignedOut>> Handle(SignOut command, CancellationToken cancellationToken)
    {
        if (command.Token is not null)
        {
            var hash = SessionToken.HashOf(command.Token);
            await sessions.EndAsync(hash, cancellationToken);
            await changes.AnnounceAsync(ChangedThing.Session, hash, cancellationToken);
        }

        return new SignedOut();
    }
}
