using SaasLlm.Application.Identities;

namespace SaasLlm.Api.Auth;

/// <summary>The cookies of signed-in users: no script reads them, no other site's form sends them, and outside Development they travel over https alone.</summary>
internal sealed class SessionCookie(IHostEnvironment environment)
{
    public const string Name = "session_token";

    private const string FlowName = "oidc_flow";
    private const string FlowPath = "/api/auth/oidc";

    /// <summary>Null where there is none that could be a session's.</summary>
    public static string? Read(HttpRequest request) =>
        request.Cookies[Name] is { } token && SessionToken.LooksLikeOne(token) ? token : null;

    public void Write(HttpResponse response, SignedIn session) =>
        response.Cookies.Append(Name, session.SessionToken, Options("/", session.ExpiresAt));

    public void Clear(HttpResponse response) => response.Cookies.Delete(Name, Options("/", null));

    /// <summary>What binds a sign-in at the identity provider to this browser.</summary>
    public static string? ReadFlow(HttpRequest request) => request.Cookies[FlowName];

    public void WriteFlow(HttpResponse response, OidcFlow flow)
    {
        var options = Options(FlowPath, null);
        options.MaxAge = OidcFlow.Lifetime;
        response.Cookies.Append(FlowName, flow.Cookie, options);
    }

    public void ClearFlow(HttpResponse response) => response.Cookies.Delete(FlowName, Options(FlowPath, null));

    private CookieOptions Options(string path, DateTimeOffset? expiresAt) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = !environment.IsDevelopment(),
        Path = path,
        Expires = expiresAt,
    };
}
