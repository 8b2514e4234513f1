using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.KeyLinks;

public static class KeyLinksErrors
{
    public static Error UnknownKey() => Error.Field("key", "is no team's key that works; send the whole key, as it was shown.");

    /// <summary>Says the same of all three, which are not told apart: only the hash of a token is kept, and only until it is opened.</summary>
    public static Error Gone() =>
        new("key_link_gone", "This link was opened before, has expired or never was one. Ask whoever sent it for a new one.", ErrorKind.Gone);

    public static Error TooManyTries(TimeSpan? retryAfter) =>
        new("rate_limit_exceeded", "Too many links were tried from this address; try again in a minute.", ErrorKind.TooManyRequests) { RetryAfter = retryAfter };
}
