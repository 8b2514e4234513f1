using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>
/// Signs a user in with e-mail and password. Not one transaction: an attempt counts even though it fails. An unknown address
/// takes as long as a known one and is answered alike.
/// </summary>
/// <param name="OrganizationId">The organization to act for; null: the user's first.</param>
public sealed record SignIn(string? Email, string? Password, string? OrganizationId = null) : IRequest<Result<SignedIn>>;

/// <param name="SessionToken">For the cookie.</param>
public sealed record SignedIn(string UserId, string SessionToken, DateTimeOffset ExpiresAt);

internal sealed class SignInValidator : AbstractValidator<SignIn>
{
    public SignInValidator()
    {
        RuleFor(command => command.Email).RequiredText(254);
        RuleFor(command => command.Password).GivenPassword();
        RuleFor(command => command.OrganizationId).ValidId().When(command => command.OrganizationId is not null);
    }
}

internal sealed class SignInHandler(
    IUserRepository users, IPasswords passwords, IIdentityDirectory directory, ISessionRepository sessions, SignInOptions options, TimeProvider time)
    : IRequestHandler<SignIn, Result<SignedIn>>
{
    public async Task<Result<SignedIn>> Handle(SignIn command, CancellationToken cancellationToken)
    {
        var attempt = await users.CountAttemptAsync(command.Email!, options, cancellationToken);
        var check = await passwords.CheckAsync(attempt?.PasswordHash, command.Password!, cancellationToken);
        if (check == PasswordCheck.TooBusy)
            return IdentitiesErrors.TooBusyForPasswords();
        if (check == PasswordCheck.Wrong || attempt is null)
            return IdentitiesErrors.SignInRefused();

        var newHash = check == PasswordCheck.RightButOutdated ? await passwords.HashAsync(command.Password!, cancellationToken) : null;
        await users.ForgetAttemptsAsync(attempt, newHash, cancellationToken);
        if (await directory.FindUserAsync(attempt.UserId, cancellationToken) is not { } user)
            return IdentitiesErrors.SignInRefused();
        if (command.OrganizationId is { } organizationId && user.In(organizationId) is null)
            return IdentitiesErrors.NotAMember();

        var token = SessionToken.Create();
        var expiresAt = time.GetUtcNow().AddMinutes(options.SessionMinutes);
        await sessions.StartAsync(
            new NewSession(SessionToken.HashOf(token), user.UserId, command.OrganizationId, OperatorClaimed: false, expiresAt), cancellationToken);
        return new SignedIn(user.UserId, token, expiresAt);
    }
}
