using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Auth;

/// <summary>The trusted services of configuration <c>Auth:ServiceKeys</c>, known by the hash of their keys, compared in constant time.</summary>
internal sealed class ServiceKeys
{
    /// <summary>The documented key of a development service; Production refuses to start with it.</summary>
    public const string DevelopmentKey = "sk-loopnet-service-key-2025";

    private const string Section = "Auth:ServiceKeys";
    private const int MinLength = 16;

    private readonly (string Hash, CallerIdentity Service)[] _services;

    private ServiceKeys(IEnumerable<ServiceKey> keys) =>
        _services = [.. keys.Select(key => (VirtualKey.HashOf(key.Key), new CallerIdentity(Caller.Service(key.Name, key.OrganizationId))))];

    /// <exception cref="InvalidOperationException">A key is incomplete or given twice; outside Development also a short one, or the development default.</exception>
    public static ServiceKeys From(IConfiguration configuration, IHostEnvironment environment)
    {
        var keys = configuration.GetSection(Section).Get<ServiceKey[]>() ?? [];
        if (environment.IsDevelopment() && keys.Length == 0)
            keys = [new ServiceKey { Key = DevelopmentKey, Name = "loopnet-service", OrganizationId = "org_loopnet_leads" }];

        if (keys.Any(key => key.Key.Length == 0 || !Identifiers.IsValid(key.Name) || !Identifiers.IsValid(key.OrganizationId)))
            throw new InvalidOperationException($"{Section}: each needs Key, Name and OrganizationId.");
        if (keys.Select(key => key.Key).Distinct(StringComparer.Ordinal).Count() != keys.Length)
            throw new InvalidOperationException($"{Section} holds the same key twice.");
        if (!environment.IsDevelopment() && keys.Any(key => key.Key == DevelopmentKey))
            throw new InvalidOperationException($"{Section} holds the documented development key; choose another.");
        if (!environment.IsDevelopment() && keys.Any(key => key.Key.Length < MinLength))
            throw new InvalidOperationException($"{Section}: a key must have at least {MinLength} characters.");

        return new ServiceKeys(keys);
    }

    /// <summary>Null where no service has this key.</summary>
    public CallerIdentity? Find(BearerToken token)
    {
        CallerIdentity? found = null;
        foreach (var (hash, service) in _services)
        {
            if (CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(hash.AsSpan()), MemoryMarshal.AsBytes(token.Hash.AsSpan())))
                found = service;
        }

        return found;
    }

    private sealed record ServiceKey
    {
        public string Key { get; init; } = "";

        public string Name { get; init; } = "";

        public string OrganizationId { get; init; } = "";
    }
}
