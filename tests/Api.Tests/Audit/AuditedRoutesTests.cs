using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Audit;

/// <summary>No route by which an operator changes something leaves the audit log without a word, or without a name.</summary>
internal sealed class AuditedRoutesTests
{
    /// <summary>Routes that change no configuration: work, sessions, checks; and those that a key cannot use.</summary>
    private static readonly string[] NotAudited =
        ["/api/jobs/", "/api/auth/", "/api/v1/llm/", "/api/provider-credentials/{credentialId:guid}/test", "/api/pricing/preview", "/api/key-links/claim",
        "/api/webhooks/{webhookId:guid}/test", "/api/webhooks/{webhookId:guid}/deliveries/", "/api/organizations/{organizationId}/webhooks/{webhookId:guid}/test",
        "/api/organizations/{organizationId}/webhooks/{webhookId:guid}/deliveries/", "/api/{**",
    ];

    private const string Import =
        """
        model_list:
          - model_name: imported
            litellm_params: {model: openai/imported, api_key: sk-imported-0123456789}
        """;

    /// <summary>In the order of a life: what is made first is deleted last. <c>$key_id</c> is what the last answer called so.</summary>
    private static readonly Step[] Steps =
    [
        new("POST", "/api/tiers/create", "create tier", """{"tier_name":"gold","rank":25}"""),
        new("PUT", "/api/tiers/gold", "update tier", """{"rank":26}"""),
        new("POST", "/api/organizations/create", "create organization", """{"organization_id":"acme","name":"Acme","credits_allocated":100}"""),
        new("PUT", "/api/organizations/acme", "update organization", """{"name":"Acme Inc"}"""),
        new("POST", "/api/organizations/acme/suspend", "update organization"),
        new("PUT", "/api/organizations/acme/resume", "update organization"),
        new("POST", "/api/organizations/acme/credits/add", "create credit_transfer", """{"credits":5,"reason":"thanks"}"""),
        new("PUT", "/api/organizations/acme/credits/hold-policy", "update wallet", """{"hold_policy":"strict"}"""),
        new("POST", "/api/users/create", "create user", """{"user_id":"ada","email":"ada@example.com","password":"correct horse battery staple"}"""),
        new("PUT", "/api/users/ada", "update user", """{"name":"Ada"}"""),
        new("POST", "/api/organizations/acme/members", "create organization_member", """{"user_id":"ada","role":"member"}"""),
        new("PUT", "/api/organizations/acme/members/ada", "update organization_member", """{"role":"admin"}"""),
        new("PUT", "/api/organizations/acme/users/ada/allocation", "create credit_transfer", """{"credits":10}"""),
        new("DELETE", "/api/organizations/acme/members/ada", "delete organization_member"),
        new("POST", "/api/models/create", "create model", """{"model_alias":"fast","provider":"openai"}"""),
        new("PUT", "/api/models/fast", "update model", """{"input_usd_per_million":1,"output_usd_per_million":2}"""),
        new("POST", "/api/model-groups/create", "create model_group", """{"group_name":"chat","models":[{"model_name":"fast","priority":0},{"model_name":"gpt-4o","priority":1}]}"""),
        new("PUT", "/api/model-groups/chat", "update model_group", """{"description":"for all"}"""),
        new("PUT", "/api/model-groups/chat/models", "update model_group_model", """{"models":[{"model_name":"fast","priority":0,"weight":2},{"model_name":"gpt-4o","priority":1}]}"""),
        new("POST", "/api/model-access-groups/create", "create access_group", """{"group_name":"some","model_aliases":["fast"]}"""),
        new("PUT", "/api/model-access-groups/some", "update access_group", """{"description":"a few"}"""),
        new("POST", "/api/model-access-groups/some/add-models", "create access_group_model", """{"model_aliases":["gpt-4o"]}"""),
        new("POST", "/api/model-access-groups/some/remove-models", "delete access_group_model", """{"model_aliases":["gpt-4o"]}"""),
        new("POST", "/api/provider-credentials/create", "create provider_credential", """{"provider":"openai","credential_name":"main","api_key":"sk-0123456789abcdef"}"""),
        new("PUT", "/api/provider-credentials/$credential_id", "update provider_credential", """{"api_key":"sk-fedcba9876543210"}"""),
        new("PUT", "/api/provider-credentials/$credential_id/deactivate", "update provider_credential"),
        new("PUT", "/api/provider-credentials/$credential_id/activate", "update provider_credential"),
        new("DELETE", "/api/provider-credentials/$credential_id", "delete provider_credential"),
        new("POST", "/api/teams/create", "create team", """{"organization_id":"acme","team_id":"hr","model_groups":["chat"],"access_groups":["some"],"credits_allocated":10}"""),
        new("PUT", "/api/teams/hr", "update team", """{"team_alias":"People"}"""),
        new("PUT", "/api/teams/hr/model-groups", "delete team_model_group", """{"model_groups":[]}"""),
        new("PUT", "/api/teams/hr/access-groups", "delete team_access_group", """{"access_groups":[]}"""),
        new("POST", "/api/teams/hr/pause", "update team"),
        new("POST", "/api/teams/hr/suspend", "update team"),
        new("POST", "/api/teams/hr/resume", "update team"),
        new("POST", "/api/credits/teams/hr/add", "create credit_transfer", """{"credits":1}"""),
        new("POST", "/api/credits/add", "create credit_transfer", """{"team_id":"hr","amount":1}"""),
        new("POST", "/api/jobs/create", null, """{"team_id":"hr","job_type":"test"}"""),
        new("POST", "/api/jobs/$job_id/complete", null, """{"status":"completed"}"""),
        new("POST", "/api/credits/teams/hr/refund", "create credit_transfer", """{"job_id":"$job_id","reason":"sorry"}"""),
        new("PATCH", "/api/credits/teams/hr/budget-mode", "update team", """{"budget_mode":"consumption_usd"}"""),
        new("PATCH", "/api/credits/teams/hr/conversion-rates", "update team", """{"credits_per_dollar":20}"""),
        new("PATCH", "/api/credits/teams/hr/grace", "update wallet", """{"grace_credits":5}"""),
        new("POST", "/api/credits/teams/hr/configure-auto-refill", "create auto_refill", """{"enabled":true,"refill_amount":5,"refill_period":"daily"}"""),
        new("PATCH", "/api/teams/hr/markup", "create pricing_rule", """{"markup_percent":20}"""),
        new("POST", "/api/pricing/rules", "create pricing_rule", """{"organization_id":"acme","kind":"flat","price_usd":0.5}"""),
        new("DELETE", "/api/pricing/rules/$pricing_rule_id", "update pricing_rule"),
        new("PUT", "/api/teams/hr/budget", "create budget", """{"monthly_cost_usd":100,"mode":"soft"}"""),
        new("DELETE", "/api/teams/hr/budget", "delete budget"),
        new("PUT", "/api/organizations/acme/budget", "create budget", """{"monthly_cost_usd":100,"mode":"soft"}"""),
        new("DELETE", "/api/organizations/acme/budget", "delete budget"),
        new("PATCH", "/api/credits/teams/hr/alerts", "update wallet", """{"percentages":[50]}"""),
        new("PATCH", "/api/organizations/acme/credits/alerts", "update wallet", """{"credits_below":7}"""),
        new("POST", "/api/webhooks", "create webhook", """{"url":"http://127.0.0.1:9/","active":false}"""),
        new("PUT", "/api/webhooks/$webhook_id", "update webhook", """{"description":"billing"}"""),
        new("POST", "/api/webhooks/$webhook_id/rotate-secret", "update webhook", "{}"),
        new("DELETE", "/api/webhooks/$webhook_id", "delete webhook"),
        new("POST", "/api/organizations/acme/webhooks", "create webhook", """{"url":"http://127.0.0.1:9/","active":false}"""),
        new("PUT", "/api/organizations/acme/webhooks/$webhook_id", "update webhook", """{"description":"billing"}"""),
        new("POST", "/api/organizations/acme/webhooks/$webhook_id/rotate-secret", "update webhook", "{}"),
        new("DELETE", "/api/organizations/acme/webhooks/$webhook_id", "delete webhook"),
        new("POST", "/api/teams/hr/keys", "create virtual_key", """{"name":"second"}"""),
        new("PUT", "/api/teams/hr/keys/$key_id", "update virtual_key", """{"rpm_limit":7}"""),
        new("POST", "/api/teams/hr/keys/$key_id/rotate", "create virtual_key", "{}"),
        new("POST", "/api/key-links", "create key_link", """{"key":"$virtual_key"}"""),
        new("DELETE", "/api/teams/hr/keys/$key_id", "update virtual_key"),
        new("POST", "/api/v1/llm/byok/keys", "create byok_key", """{"provider":"openai","api_key":"sk-own-0123456789","scope":"organization","organization_id":"acme","validate":false}"""),
        new("DELETE", "/api/v1/llm/byok/keys/$id?organization_id=acme", "delete byok_key"),
        new("POST", "/api/import/litellm?apply=true", "create model", Import),
        new("DELETE", "/api/teams/hr", "update team"),
        new("DELETE", "/api/model-access-groups/some", "delete access_group"),
        new("DELETE", "/api/model-groups/chat", "delete model_group"),
        new("DELETE", "/api/models/fast", "delete model"),
        new("DELETE", "/api/users/ada", "update user"),
        new("DELETE", "/api/organizations/acme", "update organization"),
        new("DELETE", "/api/tiers/gold", "delete tier"),
    ];

    private ServiceUnderTest _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await ServiceUnderTest.StartAsync(null, "Outgoing:AllowedHosts:0=127.0.0.1");

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public void EveryRoute_ThatChangesSomething_StandsInTheTable()
    {
        var missing =
            from endpoint in _service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            let route = endpoint.RoutePattern.RawText!
            where route.StartsWith("/api/", StringComparison.Ordinal)
            let methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
            where !methods.Contains("GET", StringComparer.Ordinal)
            where !NotAudited.Any(prefix => route.StartsWith(prefix, StringComparison.Ordinal))
            let pattern = "^" + Regex.Replace(route.TrimEnd('/'), "{[^}]+}", "[^/?]+", RegexOptions.None, TimeSpan.FromSeconds(1)) + "([?].*)?$"
            where !Steps.Any(step => methods.Contains(step.Method, StringComparer.Ordinal) && Regex.IsMatch(step.Path, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)))
            select $"{string.Join('|', methods)} {route}";

        Assert.That(missing, Is.Empty, "add a step for it, or say in NotAudited why it changes nothing");
    }

    [Test]
    public async Task EveryChange_ByAnOperator_IsLoggedWithWhoAndWhat()
    {
        var captured = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < Steps.Length; i++)
        {
            var (step, requestId) = (Steps[i], $"step-{i}");
            var path = Filled(step.Path);
            using var request = new HttpRequestMessage(new HttpMethod(step.Method), path) { Content = Step.Content(Filled(step.Body)) };
            request.Headers.Add("X-Request-Id", requestId);
            using var answer = await _service.Operator.SendAsync(request);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), $"{step.Method} {path}: {await answer.Content.ReadAsStringAsync()}");
            foreach (var name in new[] { "credential_id", "key_id", "job_id", "pricing_rule_id", "webhook_id", "virtual_key", "id" })
            {
                if ((await answer.JsonAsync()).TryGetProperty(name, out var value))
                    captured[name] = value.ToString();
            }

            if (step.Logged is { } logged)
                await ExpectLoggedAsync(path, logged, requestId);
        }

        [return: NotNullIfNotNull(nameof(text))]
        string? Filled(string? text) => captured.Aggregate(text, (filled, value) => filled?.Replace("$" + value.Key, value.Value, StringComparison.Ordinal));
    }

    private async Task ExpectLoggedAsync(string path, string logged, string requestId)
    {
        var rows = (await _service.Operator.GetOkAsync("/api/audit?limit=200")).GetProperty("data").EnumerateArray()
            .Where(row => row.GetProperty("request_id").GetString() == requestId).ToArray();

        Assert.That(rows.Select(row => $"{row.GetProperty("action")} {row.GetProperty("subject")}"), Does.Contain(logged), path);
        foreach (var row in rows)
        {
            Assert.That(
                (row.GetProperty("actor_kind").GetString(), row.GetProperty("actor").GetString(), row.GetProperty("address").GetString()),
                Is.EqualTo(("operator", "sk-admi…", "127.0.0.1")));
            Assert.That(row.GetProperty("use_case").GetString(), Is.Not.Empty);
            var (before, after) = (row.GetProperty("before"), row.GetProperty("after"));
            var action = row.GetProperty("action").GetString();
            Assert.That(before.ValueKind, Is.EqualTo(action == "create" ? JsonValueKind.Null : JsonValueKind.Object), row.ToString());
            Assert.That(after.ValueKind, Is.EqualTo(action == "delete" ? JsonValueKind.Null : JsonValueKind.Object), row.ToString());
            Assert.That(before.ToString() == after.ToString() && !row.ToString().Contains("***", StringComparison.Ordinal), Is.False, row.ToString());
        }
    }

    /// <param name="Logged">Null: nothing is said of the log; it prepares another step.</param>
    private sealed record Step(string Method, string Path, string? Logged, string? Body = null)
    {
        public static StringContent? Content(string? body) =>
            body is null ? null : new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(body.StartsWith('{') ? "application/json" : "application/yaml"));
    }
}
