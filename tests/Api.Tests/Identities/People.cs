using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using SaasLlm.Client;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Identities;

/// <summary>Users of a service under test.</summary>
internal static class People
{
    public const string Password = "correct horse battery staple";

    /// <summary>A user with <see cref="Password"/>; gives the id.</summary>
    public static async Task<string> CreateUserAsync(this ServiceUnderTest service, string? email = null, bool isOperator = false)
    {
        email ??= $"user-{Guid.CreateVersion7():n}@example.com";
        return (await service.Api.CreateUserAsync(new CreateUser { UserId = email, Email = email, Password = Password, IsOperator = isOperator })).UserId;
    }

    public static async Task<string> CreateOrganizationAsync(this ServiceUnderTest service)
    {
        var id = $"org-{Guid.CreateVersion7():n}";
        await service.Api.CreateOrganizationAsync(new CreateOrganization { OrganizationId = id, Name = "Test" });
        return id;
    }

    public static Task JoinAsync(this ServiceUnderTest service, string organizationId, string userId, string role = "member") =>
        service.Api.AddOrganizationMemberAsync(organizationId, new AddMember { UserId = userId, Role = role });

    /// <summary>A member of a new organization, signed in.</summary>
    public static async Task<Browser> SignInMemberAsync(this ServiceUnderTest service, string? organizationId = null, string role = "member")
    {
        organizationId ??= await service.CreateOrganizationAsync();
        var userId = await service.CreateUserAsync();
        await service.JoinAsync(organizationId, userId, role);
        return await service.SignInAsync(userId) with { OrganizationId = organizationId };
    }

    /// <summary>A browser in which a user (whose id is their address) has signed in.</summary>
    public static async Task<Browser> SignInAsync(this ServiceUnderTest service, string userId)
    {
        var browser = service.OpenBrowser();
        var session = await browser.Client.PostOkAsync("/api/auth/login", new { email = userId, password = Password });
        browser.Client.DefaultRequestHeaders.Add("X-CSRF-Token", session.GetProperty("csrf_token").GetString());
        return browser with { UserId = userId };
    }

    /// <summary>Keeps cookies and follows no redirects by itself.</summary>
    public static Browser OpenBrowser(this ServiceUnderTest service)
    {
        var cookies = new CookieContainer();
        return new Browser(new HttpClient(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false }) { BaseAddress = service.Address }, cookies);
    }

    public static Task<HttpResponseMessage> LoginAsync(this HttpClient client, string email, string password) =>
        client.PostAsJsonAsync("/api/auth/login", new { email, password });

    public static async Task<string?> CodeAsync(this HttpResponseMessage response)
    {
        var body = await response.JsonAsync();
        return (body.TryGetProperty("error", out var error) ? error : body).GetProperty("code").GetString();
    }
}

internal sealed record Browser(HttpClient Client, CookieContainer Cookies)
{
    public string UserId { get; init; } = "";

    public string OrganizationId { get; init; } = "";

    public string SessionToken => Cookies.GetCookies(Client.BaseAddress!)["session_token"]!.Value;

    public Task<JsonElement> MeAsync() => Client.GetOkAsync("/api/auth/me");

    /// <summary>An API key of the user; gives its id and the key.</summary>
    public async Task<(string Id, string Key)> CreateKeyAsync(object? wish = null)
    {
        var made = await Client.PostOkAsync("/v1/api-keys", wish ?? new { name = "test" });
        return (made.GetProperty("id").GetString()!, made.GetProperty("api_key").GetString()!);
    }
}
