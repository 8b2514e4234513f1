using System.Text.RegularExpressions;
using FluentValidation;

namespace SaasLlm.Application.ProviderCredentials;

/// <summary>The rules of a provider's key and address.</summary>
internal static partial class ProviderSecret
{
    private const int MaxKeyLength = 4096;
    private const int MaxApiBaseLength = 2000;
    private const int ShownCharacters = 4;

    // Of a shorter key the last four would give away too much.
    private const int MinLengthToShow = 12;

    public static string Last4(string apiKey) => apiKey.Length < MinLengthToShow ? string.Empty : apiKey[^ShownCharacters..];

    public static IRuleBuilderOptions<T, string?> ApiKey<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(key => key is { Length: >= 1 and <= MaxKeyLength } && key.All(c => c is > ' ' and < '\u007f'))
            .WithMessage($"must be 1 to {MaxKeyLength} printable ASCII characters without spaces.");

    public static IRuleBuilderOptions<T, string?> ApiBase<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(apiBase => string.IsNullOrEmpty(apiBase) || IsAddress(apiBase))
            .WithMessage("must be an absolute http or https address without user name or fragment, and without a query but api-version.");

    private static bool IsAddress(string apiBase) =>
        apiBase.Length <= MaxApiBaseLength
        && apiBase.All(c => c is > ' ' and < '\u007f' and not ('\\' or '#'))
        && Uri.TryCreate(apiBase, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.Host.Length > 0
        && uri.UserInfo.Length == 0
        && NoQueryButVersion().IsMatch(apiBase);

    [GeneratedRegex(@"^[^?]*(?:\?api-version=[A-Za-z0-9.\-]+)?$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoQueryButVersion();
}
