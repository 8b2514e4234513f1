using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Changes the caller's own password; their other sessions end. Attempts count as those to sign in do.</summary>
public sealed record ChangePassword(string? CurrentPassword, string? NewPassword) : IRequest<Result<ChangedPassword>>
{
    /// <summary>From the credential.</summary>
    [JsonIgnore]
    public Caller Caller { get; init; } = null!;

    /// <summary>The session that goes on.</summary>
    [JsonIgnore]
    public string? SessionToken { get; init; }
}

public sealed record ChangedPassword(bool Changed = true);

internal sealed class ChangePasswordValidator : AbstractValidator<ChangePassword>
{
    public ChangePasswordValidator()
    {
        RuleFor(command => command.CurrentPassword).GivenPassword();
        RuleFor(command => command.NewPassword).ValidPassword();
    }
}

internal sealed class ChangePasswordHandler(IUserRepository users, IPasswords passwords, SignInOptions options, IMediator mediator)
    : IRequestHandler<ChangePassword, Result<ChangedPassword>>
{
    public async Task<Result<ChangedPassword>> Handle(ChangePassword command, CancellationToken cancellationToken)
    {
        if (command.Caller.UserId is not { } userId)
            return IdentitiesErrors.SignInRequired();

        var attempt = await users.CountAttemptOfAsync(userId, options, cancellationToken);
        var check = await passwords.CheckAsync(attempt?.PasswordHash, command.CurrentPassword!, cancellationToken);
        if (check == PasswordCheck.TooBusy)
            return IdentitiesErrors.TooBusyForPasswords();
        if (check == PasswordCheck.Wrong)
            return IdentitiesErrors.WrongPassword();

        var kept = command.SessionToken is { } token ? SessionToken.HashOf(token) : null;
        var updated = await mediator.Send(new UpdateUser(Password: command.NewPassword) { UserId = userId, KeptSession = kept }, cancellationToken);
        return updated.IsSuccess ? new ChangedPassword() : updated.Error;
    }
}
