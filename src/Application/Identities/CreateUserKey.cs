using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Identities;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Identities;

/// <summary>Makes an API key for the signed-in user, shown this once. It pays from the organization that the user acts for.</summary>
/// <param name="Name">Null: <c>key</c>.</param>
/// <param name="ExpiresInDays">1 to 3,650; null: never.</param>
public sealed record CreateUserKey(string? Name, int? ExpiresInDays) : IRequest<Result<UserKeyResponse>>, ITransactional
{
    public CreateUserKey()
        : this(null, null)
    {
    }

    /// <summary>From the credential.</summary>
    [JsonIgnore]
    public Caller Caller { get; init; } = null!;
}

internal sealed class CreateUserKeyValidator : AbstractValidator<CreateUserKey>
{
    public CreateUserKeyValidator()
    {
        RuleFor(command => command.Name).RequiredText(255).When(command => command.Name is not null);
        RuleFor(command => command.ExpiresInDays).InclusiveBetween(1, 3650).WithMessage("must be 1 to 3650 days.");
    }
}

internal sealed class CreateUserKeyHandler(IUserKeyRepository keys, IIdentityDirectory directory, IChangeFeed changes, TimeProvider time)
    : IRequestHandler<CreateUserKey, Result<UserKeyResponse>>
{
    public async Task<Result<UserKeyResponse>> Handle(CreateUserKey command, CancellationToken cancellationToken)
    {
        if (command.Caller.UserId is not { } userId || await directory.FindUserAsync(userId, cancellationToken) is not { } user)
            return IdentitiesErrors.SignInRequired();

        // An operator who signed in acts for no organization, but may belong to one.
        var first = user.Memberships is [var oldest, ..] ? oldest.OrganizationId : null;
        if ((command.Caller.OrganizationId ?? first) is not { } organizationId)
            return IdentitiesErrors.NoOrganization();

        var key = UserKey.Create();
        DateTimeOffset? expiresAt = command.ExpiresInDays is { } days ? time.GetUtcNow().AddDays(days) : null;
        var made = await keys.AddAsync(key, userId, organizationId, command.Name ?? "key", expiresAt, cancellationToken);
        await changes.AnnounceAsync(ChangedThing.UserKey, key.Hash, cancellationToken);
        return made with { ApiKey = key.Secret };
    }
}
