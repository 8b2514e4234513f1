using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.KeyLinks;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.KeyLinks;

/// <summary>Makes an address at which a team's key can be read once, to hand it over.</summary>
/// <param name="Key">A team's virtual key as it was shown when it was made; nothing else keeps it.</param>
/// <param name="ExpiresInSeconds">300 to 604,800 (7 days); default 86,400.</param>
public sealed record CreateKeyLink(string? Key, int? ExpiresInSeconds = null) : IRequest<Result<KeyLinkResponse>>, ITransactional
{
    public const int LeastSeconds = 300;
    public const int MostSeconds = 604_800;
    public const int DefaultSeconds = 86_400;
}

/// <param name="Address">Path and fragment, below the address of the service. Shown this once: whoever has it first has the key.</param>
/// <param name="TeamId">Whose key it is.</param>
/// <param name="KeyId">The key that it hands over.</param>
/// <param name="ExpiresAt">After this it opens no more.</param>
public sealed record KeyLinkResponse(string Address, string TeamId, Guid KeyId, DateTimeOffset ExpiresAt);

internal sealed class CreateKeyLinkValidator : AbstractValidator<CreateKeyLink>
{
    public CreateKeyLinkValidator()
    {
        RuleFor(command => command.Key).RequiredText(200);
        RuleFor(command => command.ExpiresInSeconds).InclusiveBetween(CreateKeyLink.LeastSeconds, CreateKeyLink.MostSeconds)
            .WithMessage($"must be {CreateKeyLink.LeastSeconds} to {CreateKeyLink.MostSeconds} seconds.");
    }
}

internal sealed class CreateKeyLinkHandler(IKeyLinkRepository links, TimeProvider time) : IRequestHandler<CreateKeyLink, Result<KeyLinkResponse>>
{
    // What follows # stays in the browser: no request carries it, so no log along the way has seen it.
    private const string Page = "/dashboard/claim#";

    public async Task<Result<KeyLinkResponse>> Handle(CreateKeyLink command, CancellationToken cancellationToken)
    {
        var token = KeyLinkToken.Create();
        var link = new NewKeyLink(
            KeyLinkToken.HashOf(token),
            VirtualKey.HashOf(command.Key!),
            KeyLinkToken.Seal(token, command.Key!),
            time.GetUtcNow().AddSeconds(command.ExpiresInSeconds ?? CreateKeyLink.DefaultSeconds));
        return await links.AddAsync(link, cancellationToken) is { } key
            ? new KeyLinkResponse(Page + token, key.TeamId, key.KeyId, link.ExpiresAt)
            : KeyLinksErrors.UnknownKey();
    }
}
