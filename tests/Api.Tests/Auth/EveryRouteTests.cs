using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Api.Auth;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Auth;

/// <summary>No route of the API is open by an oversight.</summary>
internal sealed class EveryRouteTests
{
    /// <summary>How one comes by a credential in the first place.</summary>
    private static readonly string[] Open = ["/api/auth/login", "/api/auth/oidc/login", "/api/auth/oidc/callback", "/api/key-links/claim", "/api/auth/methods"];

    private ServiceUnderTest _service = null!;
    private TestTeam _team = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await ServiceUnderTest.StartAsync();
        _team = await _service.CreateTeamAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task EveryRoute_WithoutAKey_Answers401()
    {
        using var nobody = _service.Client(null);
        Assert.That(Routes(), Has.Length.GreaterThan(50));
        foreach (var route in Routes())
            Assert.That((await SendAsync(nobody, route)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), route.ToString());
    }

    [Test]
    public async Task EveryRouteOfTheOperator_WithATeamsKey_Answers403()
    {
        var routes = Array.FindAll(Routes(), route => route.OperatorOnly);
        Assert.That(routes, Has.Length.GreaterThan(30));
        foreach (var route in routes)
            Assert.That((await SendAsync(_team.Client, route)).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden), route.ToString());
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, Route route)
    {
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), route.Path);
        if (route.Method is not ("GET" or "DELETE"))
            request.Content = new StringContent("{}", null, "application/json");
        return await client.SendAsync(request);
    }

    private Route[] Routes() =>
    [
        .. from endpoint in _service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           let pattern = endpoint.RoutePattern
           where pattern.RawText!.StartsWith("/api/", StringComparison.Ordinal) && !pattern.RawText!.Contains("**", StringComparison.Ordinal)
           where !Open.Contains(pattern.RawText, StringComparer.Ordinal)
           let path = Regex.Replace(pattern.RawText!, "{[^}]+}", "01890000-0000-7000-8000-000000000000", RegexOptions.None, TimeSpan.FromSeconds(1))
           from method in endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods
           select new Route(method, path.TrimEnd('/'), endpoint.Metadata.GetMetadata<CallerRequirement>()?.OperatorOnly ?? false),
    ];

    private sealed record Route(string Method, string Path, bool OperatorOnly);
}
