using System.Security.Cryptography;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Creates a user; they belong to no organization yet.</summary>
/// <param name="UserId">Null: one is made.</param>
/// <param name="Name">Null: the e-mail address.</param>
/// <param name="Password">Null: signs in through the identity provider only.</param>
/// <param name="IsOperator">Default: false.</param>
public sealed record CreateUser(string? UserId = null, string? Email = null, string? Name = null, string? Password = null, bool? IsOperator = null)
    : IRequest<Result<UserResponse>>, ITransactional;

internal sealed class CreateUserValidator : AbstractValidator<CreateUser>
{
    public CreateUserValidator()
    {
        RuleFor(command => command.UserId).ValidId().When(command => command.UserId is not null);
        RuleFor(command => command.Email).ValidEmail();
        RuleFor(command => command.Name).RequiredText(255).When(command => command.Name is not null);
        RuleFor(command => command.Password).ValidPassword().When(command => command.Password is not null);
    }
}

internal sealed class CreateUserHandler(IUserRepository users, IPasswords passwords, IChangeFeed changes) : IRequestHandler<CreateUser, Result<UserResponse>>
{
    public async Task<Result<UserResponse>> Handle(CreateUser command, CancellationToken cancellationToken)
    {
        string? hash = null;
        if (command.Password is { } password && (hash = await passwords.HashAsync(password, cancellationToken)) is null)
            return IdentitiesErrors.TooBusyForPasswords();

        var created = await users.CreateAsync(command.UserId ?? UserIds.Create(), command, hash, cancellationToken);
        if (created.IsSuccess)
            await changes.AnnounceAsync(ChangedThing.User, created.Value.UserId, cancellationToken);

        return created;
    }
}

/// <summary>Ids of users for whom nobody chose one.</summary>
internal static class UserIds
{
    public static string Create() => "user_" + RandomNumberGenerator.GetHexString(24, lowercase: true);
}
