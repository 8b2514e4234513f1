using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Changes what is given; what is absent stays. A new password ends the user's sessions and a lock.</summary>
/// <param name="Status"><c>active</c> or <c>disabled</c>: none of the user's credentials is known any more.</param>
public sealed record UpdateUser(string? Email = null, string? Name = null, string? Password = null, bool? IsOperator = null, string? Status = null)
    : IRequest<Result<UserResponse>>, ITransactional
{
    /// <summary>From the path.</summary>
    [JsonIgnore]
    public string UserId { get; init; } = "";

    /// <summary>Hash of a session that a new password does not end: that in which it was chosen.</summary>
    [JsonIgnore]
    public string? KeptSession { get; init; }
}

internal sealed class UpdateUserValidator : AbstractValidator<UpdateUser>
{
    public UpdateUserValidator()
    {
        RuleFor(command => command.Email).ValidEmail().When(command => command.Email is not null);
        RuleFor(command => command.Name).RequiredText(255).When(command => command.Name is not null);
        RuleFor(command => command.Password).ValidPassword().When(command => command.Password is not null);
        RuleFor(command => command.Status).Must(status => status is null or "active" or "disabled").WithMessage("must be active or disabled.");
    }
}

internal sealed class UpdateUserHandler(IUserRepository users, ISessionRepository sessions, IPasswords passwords, IChangeFeed changes)
    : IRequestHandler<UpdateUser, Result<UserResponse>>
{
    public async Task<Result<UserResponse>> Handle(UpdateUser command, CancellationToken cancellationToken)
    {
        string? hash = null;
        if (command.Password is { } password && (hash = await passwords.HashAsync(password, cancellationToken)) is null)
            return IdentitiesErrors.TooBusyForPasswords();

        var updated = await users.UpdateAsync(command, hash, cancellationToken);
        if (!updated.IsSuccess)
            return updated;

        if (hash is not null)
        {
            foreach (var session in await sessions.EndAllAsync(command.UserId, command.KeptSession, cancellationToken))
                await changes.AnnounceAsync(ChangedThing.Session, session, cancellationToken);
        }

        await changes.AnnounceAsync(ChangedThing.User, command.UserId, cancellationToken);
        return updated;
    }
}
