using System.Net;
using System.Net.Sockets;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.KeyLinks;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.KeyLinks;

/// <summary>Opens a link and forgets it. Whoever comes first has the key; there is no second time.</summary>
/// <param name="Token">What follows <c>#</c> in the link's address.</param>
public sealed record ClaimKeyLink(string? Token) : IRequest<Result<ClaimedKey>>, ITransactional
{
    /// <summary>Tries from one address within any minute.</summary>
    public const int TriesPerMinute = 10;
}

/// <param name="TeamId">Whose key it is.</param>
/// <param name="Name">The key's name.</param>
/// <param name="VirtualKey">The whole key.</param>
public sealed record ClaimedKey(string TeamId, string Name, string VirtualKey);

internal sealed class ClaimKeyLinkValidator : AbstractValidator<ClaimKeyLink>
{
    public ClaimKeyLinkValidator() =>
        RuleFor(command => command.Token).Must(KeyLinkToken.LooksLikeOne).WithMessage("must be what follows # in the link, whole.");
}

internal sealed class ClaimKeyLinkHandler(IKeyLinkRepository links, IRateLimiter limiter, Requester requester, TimeProvider time)
    : IRequestHandler<ClaimKeyLink, Result<ClaimedKey>>
{
    /// <summary>A caller of IPv6 has a whole network of this length to itself.</summary>
    private const int NetworkBytes = 8;

    public async Task<Result<ClaimedKey>> Handle(ClaimKeyLink command, CancellationToken cancellationToken)
    {
        var tried = await limiter.AcquireAsync(ScopesOf(requester.Address), 0, cancellationToken);
        if (!tried.IsSuccess)
            return KeyLinksErrors.TooManyTries(tried.Error.RetryAfter);

        using var lease = tried.Value;
        var opened = await links.TakeAsync(KeyLinkToken.HashOf(command.Token!), time.GetUtcNow(), cancellationToken);
        return opened is null
            ? KeyLinksErrors.Gone()
            : new ClaimedKey(opened.TeamId, opened.Name, KeyLinkToken.Open(command.Token!, opened.Sealed));
    }

    private static RateScopes ScopesOf(IPAddress? address)
    {
        var from = "claims-from-" + Network(address);
        return new RateScopes(null, null, RateScope.Of(RateScopeKind.Key, from, from, new RateLimits(RequestsPerMinute: ClaimKeyLink.TriesPerMinute)));
    }

    private static string Network(IPAddress? address) => address switch
    {
        null => "nowhere",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, NetworkBytes)),
        _ => address.ToString(),
    };
}
