using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Settings;

internal sealed partial class SettingsTests
{
    private const string Secret = "nobody-may-see-this-0123456789";

    [Test]
    public async Task Settings_OfAService_AreThoseOfTheConfigurationTable()
    {
        await using var service = await ServiceUnderTest.StartAsync();
        var shown = await ShowAsync(service);

        // Those of providers stand in one row for all of them.
        var rows = (await File.ReadAllLinesAsync(Path.Combine(NodeScripts.Root(), "docs", "configuration.md")))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|'))
            .ToArray();
        var documented = rows.SelectMany(row => Option().Matches(row[1]).Select(match => (Name: match.Groups["name"].Value.Replace(":<id>", "", StringComparison.Ordinal), Default: row[2])))
            .Where(option => !option.Name.StartsWith('<'))
            .ToArray();
        var listed = shown.Keys.Where(name => !ProviderVariable().IsMatch(name)).ToArray();

        Assert.That(documented, Has.Length.GreaterThan(60));
        Assert.That(listed, Is.EquivalentTo(documented.Select(option => option.Name)));
        foreach (var (name, standard) in documented)
        {
            var setting = shown[name];
            if (setting.GetProperty("is_default").GetBoolean() && decimal.TryParse(setting.GetProperty("value").GetString(), out _))
                Assert.That(standard, Does.Contain(setting.GetProperty("value").GetString()), name);
        }
    }

    [Test]
    public async Task Setting_ThatIsConfigured_IsShownAsItIs()
    {
        await using var service = await ServiceUnderTest.StartAsync(null, "Webhooks:TimeoutSeconds=7", "Webhooks:Parallelism=32", "Outgoing:AllowedHosts:0=a.example", "Outgoing:AllowedHosts:1=b.example");
        var shown = await ShowAsync(service);

        Assert.That(Facts(shown["Webhooks:TimeoutSeconds"]), Is.EqualTo(("7", false)));
        Assert.That(Facts(shown["Webhooks:Parallelism"]), Is.EqualTo(("32", true)), "what is configured to be what it would be anyway");
        Assert.That(Facts(shown["Webhooks:RetryHours"]), Is.EqualTo(("72", true)));
        Assert.That(Facts(shown["Outgoing:AllowedHosts"]), Is.EqualTo(("a.example, b.example", false)));
    }

    [Test]
    public async Task Secrets_OfEveryKind_AreSaidToBeSetAndNoMore()
    {
        var encryptionKey = Convert.ToBase64String(new byte[31].Append((byte)7).ToArray());
        await using var service = await ServiceUnderTest.StartAsync(
            null,
            "Auth:AdminKeys:0=" + ServiceUnderTest.OperatorKey,
            "Auth:AdminKeys:1=sk-" + Secret,
            $"Auth:ServiceKeys:0:Key=sk-{Secret}-service",
            "Auth:ServiceKeys:0:Name=crm",
            "Auth:ServiceKeys:0:OrganizationId=acme",
            "Auth:Oidc:ClientSecret=" + Secret,
            "Security:EncryptionKeys:first=" + encryptionKey,
            "Security:ActiveEncryptionKey=first",
            "OPENAI_API_KEY=sk-" + Secret,
            $"AZURE_API_BASE=https://me:{Secret}@azure.example/openai?key={Secret}",
            "Otlp:Headers=x-key=" + Secret,
            "Something:New=" + Secret);
        var text = await service.Operator.GetStringAsync("/api/settings");
        var shown = await ShowAsync(service);

        Assert.That(text, Does.Not.Contain(Secret).And.Not.Contain(encryptionKey).And.Not.Contain(ServiceUnderTest.OperatorKey).And.Not.Contain("Something:New"));
        Assert.That(text, Does.Not.Contain(service.ConnectionString));
        foreach (var name in new[] { "Auth:AdminKeys", "Auth:ServiceKeys", "Auth:Oidc:ClientSecret", "ConnectionStrings:Postgres", "Security:EncryptionKeys", "OPENAI_API_KEY", "Otlp:Headers" })
            Assert.That(Facts(shown[name]), Is.EqualTo(("set", false)), name);
        Assert.That(Facts(shown["Redis:ConnectionString"]), Is.EqualTo(("not set", true)));
        Assert.That(Facts(shown["AZURE_API_BASE"]), Is.EqualTo(("https://azure.example/openai", false)));
    }

    [Test]
    public async Task Settings_ForATeam_AreTheOperators()
    {
        await using var service = await ServiceUnderTest.StartAsync();
        var team = await service.CreateTeamAsync();

        using var refused = await team.Client.GetAsync("/api/settings");

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    private static async Task<Dictionary<string, JsonElement>> ShowAsync(ServiceUnderTest service) =>
        (await service.Operator.GetOkAsync("/api/settings")).GetProperty("settings").EnumerateArray()
            .ToDictionary(setting => setting.GetProperty("name").GetString()!, StringComparer.Ordinal);

    private static (string? Value, bool IsDefault) Facts(JsonElement setting) =>
        (setting.GetProperty("value").GetString(), setting.GetProperty("is_default").GetBoolean());

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Option();

    [GeneratedRegex("_(API_KEY|API_BASE|BASE_URL)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ProviderVariable();
}
