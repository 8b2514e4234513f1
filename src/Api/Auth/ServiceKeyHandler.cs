using SaasLlm.Application.Ports;
using SaasLlm.Domain.Identities;

namespace SaasLlm.Api.Auth;

/// <summary>Knows a trusted service by a key of the configuration. Its organization is suspended like any other.</summary>
internal sealed class ServiceKeyHandler(ServiceKeys keys, IIdentityDirectory directory) : ICredentialHandler
{
    private const string Prefix = "sk-";
    private const string Mark = "-service-key-";
    private const int YearDigits = 4;

    public ValueTask<CallerIdentity?> IdentifyAsync(HttpRequest request, BearerToken? token, CancellationToken cancellationToken)
    {
        if (token is null)
            return default;
        if (keys.Find(token) is { } service)
            return CheckAsync(service, cancellationToken);

        return new(LooksLikeOne(token.Value) ? CallerIdentity.Nobody(IdentitiesErrors.InvalidServiceKey()) : null);
    }

    private async ValueTask<CallerIdentity?> CheckAsync(CallerIdentity service, CancellationToken cancellationToken) =>
        await directory.FindOrganizationAsync(service.Caller!.OrganizationId!, cancellationToken) is { Active: false }
            ? service with { Refusal = IdentitiesErrors.OrganizationSuspended() }
            : service;

    /// <summary><c>sk-&lt;service&gt;-service-key-&lt;year&gt;</c>: no virtual key has this form, so nobody else need be asked.</summary>
    private static bool LooksLikeOne(string token)
    {
        var mark = token.Length - YearDigits - Mark.Length;
        return mark > Prefix.Length
            && token.StartsWith(Prefix, StringComparison.Ordinal)
            && string.CompareOrdinal(token, mark, Mark, 0, Mark.Length) == 0
            && token.AsSpan(token.Length - YearDigits).IndexOfAnyExceptInRange('0', '9') < 0;
    }
}
