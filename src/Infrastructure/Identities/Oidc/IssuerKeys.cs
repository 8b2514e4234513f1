using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SaasLlm.Infrastructure.Identities.Oidc;

/// <summary>
/// What the issuer publishes: its addresses and its keys. Read when first needed, again for a key id that is not known, and
/// every few minutes, so that a withdrawn key is forgotten. While the issuer is down, what was read last still counts.
/// </summary>
internal sealed partial class IssuerKeys(OidcHttp http, IOptions<OidcOptions> options, TimeProvider time, ILogger<IssuerKeys> logger) : IDisposable
{
    /// <summary>Tokens with invented key ids must not become requests to the issuer.</summary>
    public static readonly TimeSpan UnknownKeyPause = TimeSpan.FromSeconds(30);

    /// <summary>How long keys count before they are read again.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile IssuerDocument? _document;
    private DateTimeOffset _triedAt = DateTimeOffset.MinValue;
    private DateTimeOffset _unknownKeyAt = DateTimeOffset.MinValue;
    private DateTimeOffset _readAt = DateTimeOffset.MinValue;
    private int _refreshing;

    /// <summary>As read last; changes when the issuer's keys do. Null before the first time.</summary>
    public IssuerDocument? Current => _document;

    /// <summary>What the issuer publishes, read now where nothing is known yet; null where it cannot be had.</summary>
    public async ValueTask<IssuerDocument?> GetAsync(CancellationToken cancellationToken)
    {
        if (_document is null)
            await ReadAsync(() => _document is null && Elapsed(_triedAt) >= RetryPause, cancellationToken);
        else if (Elapsed(_readAt) >= FreshFor && Interlocked.CompareExchange(ref _refreshing, 1, 0) == 0)
            _ = RefreshAsync();

        return _document;
    }

    /// <summary>The same after it was read again because of a key that it does not have, unless that was tried a moment ago.</summary>
    public async ValueTask<IssuerDocument?> GetAgainAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(
            () =>
            {
                if (Elapsed(_unknownKeyAt) < UnknownKeyPause)
                    return false;

                _unknownKeyAt = time.GetUtcNow();
                return true;
            },
            cancellationToken);
        return _document;
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>In the background: the keys at hand serve meanwhile.</summary>
    private async Task RefreshAsync()
    {
        try
        {
            await ReadAsync(() => Elapsed(_triedAt) >= UnknownKeyPause, CancellationToken.None);
        }
        finally
        {
            Volatile.Write(ref _refreshing, 0);
        }
    }

    private async Task ReadAsync(Func<bool> isDue, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!isDue())
                return;

            _triedAt = time.GetUtcNow();
            var read = await ReadAsync(options.Value.Issuer!, CancellationToken.None);
            _readAt = time.GetUtcNow();

            // The same object while nothing has changed: whoever compares sees that.
            if (_document?.Fingerprint != read.Fingerprint)
            {
                _document = read;
                LogRead(read.Keys.Count);
            }
        }
        catch (HttpRequestException exception)
        {
            LogUnavailable(exception);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<IssuerDocument> ReadAsync(string issuer, CancellationToken cancellationToken)
    {
        var discovery = await http.GetAsync(new Uri(issuer.TrimEnd('/') + "/.well-known/openid-configuration"), cancellationToken);
        if (TextOf(discovery, "issuer") != issuer)
            throw new HttpRequestException("The discovery document is another issuer's.");

        var published = await http.GetAsync(AddressOf(discovery, "jwks_uri") ?? throw new HttpRequestException("The issuer publishes no keys."), cancellationToken);
        if (!published.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array)
            throw new HttpRequestException("The issuer's key set has no keys.");

        return new IssuerDocument(
            AddressOf(discovery, "authorization_endpoint"),
            AddressOf(discovery, "token_endpoint"),
            [.. list.EnumerateArray().Select(SigningKey.From).OfType<SigningKey>()],
            discovery.GetRawText() + published.GetRawText());
    }

    private TimeSpan Elapsed(DateTimeOffset since) => time.GetUtcNow() - since;

    private static Uri? AddressOf(JsonElement discovery, string name) =>
        Uri.TryCreate(TextOf(discovery, name), UriKind.Absolute, out var address) && OidcHttp.IsSafe(address) ? address : null;

    private static string? TextOf(JsonElement document, string name) =>
        document.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    [LoggerMessage(LogLevel.Information, "The identity provider publishes {Count} usable keys")]
    private partial void LogRead(int count);

    [LoggerMessage(LogLevel.Warning, "The identity provider's keys could not be read; those at hand still count")]
    private partial void LogUnavailable(Exception exception);
}

/// <param name="AuthorizationEndpoint">Null where there is none, or one without https.</param>
/// <param name="TokenEndpoint">As above.</param>
/// <param name="Keys">Those that can verify.</param>
/// <param name="Fingerprint">The text that all of it was read from.</param>
internal sealed record IssuerDocument(Uri? AuthorizationEndpoint, Uri? TokenEndpoint, IReadOnlyList<SigningKey> Keys, string Fingerprint)
{
    /// <summary>The key of that id which fits the algorithm; for a token without an id the only key that fits. Null: none.</summary>
    public SigningKey? Find(string? keyId, string algorithm)
    {
        var fitting = Keys.Where(key => key.Fits(algorithm) && (keyId is null || key.KeyId == keyId)).Take(2).ToArray();
        return fitting.Length == 1 ? fitting[0] : null;
    }
}
