using System.Text.Json;
using System.Text.RegularExpressions;
using SaasLlm.Api.OpenApi;
using SaasLlm.Domain.Webhooks;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.OpenApi;

/// <summary>What a generated client and a reader need holds for every operation, also for those added later.</summary>
internal sealed partial class ApiDocumentTests
{
    private ServiceUnderTest _service = null!;
    private string _text = null!;
    private JsonElement _document;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await ServiceUnderTest.StartAsync();
        _text = await _service.Operator.GetStringAsync(new Uri(ApiDocument.Path, UriKind.Relative));
        _document = JsonElement.Parse(_text);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public void Operation_Always_HasSummaryTagAndUniqueId()
    {
        var described = _document.GetProperty("tags").EnumerateArray()
            .Where(tag => tag.TryGetProperty("description", out _))
            .Select(tag => tag.GetProperty("name").GetString()).ToArray();

        Assert.That(Operations().Where(operation => !operation.Body.TryGetProperty("summary", out _)).Select(operation => operation.Name), Is.Empty);
        Assert.That(Operations().SelectMany(operation => operation.Body.GetProperty("tags").EnumerateArray()).Select(tag => tag.GetString()).Distinct(StringComparer.Ordinal), Is.SubsetOf(described));
        Assert.That(Operations().Select(operation => operation.Body.GetProperty("operationId").GetString()), Is.Unique.And.All.Match("^[a-z][a-zA-Z0-9]*$"));
    }

    [Test]
    public void Operation_OfTheApi_NamesItsCredentialAndItsRefusals()
    {
        var api = Operations().Where(operation => operation.Path.StartsWith("/api/", StringComparison.Ordinal) && operation.Path is not ("/api/auth/login" or "/api/auth/methods" or "/api/key-links/claim")).ToArray();

        Assert.That(api, Is.Not.Empty);
        foreach (var operation in api)
        {
            Assert.That(operation.Body.GetProperty("security")[0].TryGetProperty("bearer", out _), Is.True, operation.Name);
            foreach (var status in new[] { "401", "403", "500", "503" })
            {
                Assert.That(
                    operation.Body.GetProperty("responses").GetProperty(status).GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").GetProperty("$ref").GetString(),
                    Is.EqualTo("#/components/schemas/Problem"),
                    $"{operation.Name} {status}");
            }
        }
    }

    [Test]
    public void Webhooks_InTheDocument_SayWhatEachEventTells()
    {
        var webhooks = _document.GetProperty("webhooks").EnumerateObject().ToArray();

        Assert.That(webhooks.Select(webhook => webhook.Name), Is.EquivalentTo(EventTypes.All));
        foreach (var webhook in webhooks)
        {
            var body = webhook.Value.GetProperty("post").GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema");
            Assert.That(body.GetProperty("properties").GetProperty("data").GetProperty("allOf").GetArrayLength(), Is.EqualTo(2), webhook.Name);
        }
    }

    [Test]
    public void Operation_WhenItAnswersWell_SaysWithWhat() =>
        Assert.That(
            Operations().Where(operation => !operation.Body.GetProperty("responses").GetProperty("200").TryGetProperty("content", out _)).Select(operation => operation.Name),
            Is.Empty);

    [Test]
    public void RequestBody_ButForImports_IsJsonWithASchema()
    {
        foreach (var operation in Operations().Where(operation => operation.Body.TryGetProperty("requestBody", out _) && operation.Path != "/api/import/litellm"))
        {
            var content = operation.Body.GetProperty("requestBody").GetProperty("content");

            Assert.That(content.EnumerateObject().Select(type => type.Name), Is.EqualTo(new[] { "application/json" }), operation.Name);
            Assert.That(content.GetProperty("application/json").TryGetProperty("schema", out _), Is.True, operation.Name);
        }
    }

    [Test]
    public void Example_ForEachKnownRoute_StandsAtThatRoute()
    {
        var withExample = Operations()
            .Where(operation => operation.Body.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var json) && json.TryGetProperty("example", out _))
            .Select(operation => operation.Name);

        Assert.That(withExample, Is.EquivalentTo(RequestExamples.Routes.Select(route => route.Replace(" api", " /api", StringComparison.Ordinal))));
    }

    [Test]
    public void Name_Anywhere_IsSnakeCase()
    {
        var properties = _document.GetProperty("components").GetProperty("schemas").EnumerateObject()
            .Where(schema => schema.Value.TryGetProperty("properties", out _))
            .SelectMany(schema => schema.Value.GetProperty("properties").EnumerateObject())
            .Select(property => property.Name);
        var parameters = Operations()
            .Where(operation => operation.Body.TryGetProperty("parameters", out _))
            .SelectMany(operation => operation.Body.GetProperty("parameters").EnumerateArray())
            .Where(parameter => parameter.GetProperty("in").GetString() != "header")
            .Select(parameter => parameter.GetProperty("name").GetString()!);

        Assert.That(properties.Concat(parameters).Where(name => !SnakeCase().IsMatch(name)), Is.Empty);
    }

    [Test]
    public void Schema_ForAmountsAndFreeObjects_SaysWhatTheirJsonIs()
    {
        var schemas = _document.GetProperty("components").GetProperty("schemas");
        var credits = schemas.GetProperty("CreateTeam").GetProperty("properties").GetProperty("credits_allocated");
        var metadata = schemas.GetProperty("CreateOrganization").GetProperty("properties").GetProperty("metadata");
        var messages = schemas.GetProperty("LlmCallBody").GetProperty("properties").GetProperty("messages");
        var percentages = schemas.GetProperty("SetCreditAlerts").GetProperty("properties").GetProperty("percentages");

        Assert.That(credits.GetProperty("format").GetString(), Is.EqualTo("decimal"));
        Assert.That(credits.GetProperty("type").ToString(), Does.Contain("number"));
        Assert.That(metadata.GetProperty("type").ToString(), Does.Contain("object"));
        Assert.That(credits.TryGetProperty("items", out _), Is.False);
        Assert.That(messages.GetProperty("items").GetProperty("type").GetString(), Is.EqualTo("object"));
        Assert.That(percentages.GetProperty("items").GetProperty("format").GetString(), Is.EqualTo("decimal"));
    }

    [TestCase("200", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Limit-Tokens", "X-RateLimit-Remaining-Tokens", "X-RateLimit-Reset-Tokens")]
    [TestCase("429", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Limit-Tokens", "X-RateLimit-Remaining-Tokens", "X-RateLimit-Reset-Tokens", "Retry-After")]
    [TestCase("503", "Retry-After")]
    public void Call_OfAModel_DescribesTheHeadersOfItsLimits(string status, params string[] headers)
    {
        var calls = Operations().Where(operation => operation.Path.Contains("call", StringComparison.Ordinal)).ToArray();

        Assert.That(calls, Has.Length.EqualTo(4));
        foreach (var call in calls)
            Assert.That(call.Body.GetProperty("responses").GetProperty(status).GetProperty("headers").EnumerateObject().Select(header => header.Name), Is.EquivalentTo(headers), call.Name);
    }

    [Test]
    public void Path_WithParameters_DeclaresEachOfThem()
    {
        foreach (var operation in Operations())
        {
            var declared = operation.Body.TryGetProperty("parameters", out var parameters)
                ? parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == "path").Select(parameter => parameter.GetProperty("name").GetString()!)
                : [];
            Assert.That(declared, Is.EquivalentTo(PathParameter().Matches(operation.Path).Select(match => match.Value)), operation.Name);
        }
    }

    [TestCase("createJob")]
    [TestCase("addTeamCredits")]
    [TestCase("addCredits")]
    [TestCase("addOrganizationCredits")]
    public void Operation_ThatHeedsAnIdempotencyKey_SaysSo(string id)
    {
        var operation = Operations().Single(operation => operation.Body.GetProperty("operationId").GetString() == id).Body;

        Assert.That(
            operation.GetProperty("parameters").EnumerateArray().Select(parameter => (parameter.GetProperty("in").GetString(), parameter.GetProperty("name").GetString())),
            Does.Contain(("header", "Idempotency-Key")));
    }

    [Test]
    public void CreateAndCall_Always_NamesTheJobsFieldsAsTheyAreRead()
    {
        var fields = _document.GetProperty("components").GetProperty("schemas").GetProperty("CreateAndCallBody").ToString();

        Assert.That(fields, Does.Contain("job_metadata").And.Contain("max_cost_usd"));
    }

    [Test]
    public void Document_WhereverItIsServed_IsTheSame() => Assert.That(_document.TryGetProperty("servers", out _), Is.False);

    [Test]
    public void Document_InTheRepository_IsTheOneThatIsServed()
    {
        var served = _text.Split('\n');
        var committed = File.ReadAllText(Path.Combine(NodeScripts.Root(), "docs", "openapi.json")).TrimEnd('\n').Split('\n');
        var difference = served.Zip(committed).TakeWhile(lines => lines.First == lines.Second).Count();

        Assert.That(
            served.ElementAtOrDefault(difference),
            Is.EqualTo(committed.ElementAtOrDefault(difference)),
            $"docs/openapi.json differs at line {difference + 1}. ./build.sh --target=OpenApi writes it anew.");
    }

    [TestCase("/docs/index.html")]
    [TestCase("/docs/index.css")]
    [TestCase("/redoc/index.html")]
    public async Task Page_WhenOpened_LoadsNothingFromElsewhere(string path)
    {
        using var answer = await _service.Operator.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync();

        Assert.That(text, Does.Not.Contain("//"));
        Assert.That(answer.Headers.GetValues("Content-Security-Policy").Single(), Does.StartWith("default-src 'self';"));
        Assert.That(answer.Headers.GetValues("X-Content-Type-Options"), Is.EqualTo(new[] { "nosniff" }));
    }

    [Test]
    public async Task Root_InDevelopment_LeadsToTheDocumentation()
    {
        using var answer = await _service.Operator.GetAsync(new Uri("/", UriKind.Relative));

        Assert.That(answer.RequestMessage?.RequestUri?.AbsolutePath, Does.StartWith("/docs"));
    }

    private IEnumerable<Operation> Operations() =>
        from path in _document.GetProperty("paths").EnumerateObject()
        from method in path.Value.EnumerateObject()
        select new Operation(path.Name, $"{method.Name.ToUpperInvariant()} {path.Name}", method.Value);

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SnakeCase();

    [GeneratedRegex(@"(?<=\{)\w+(?=\})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathParameter();

    private sealed record Operation(string Path, string Name, JsonElement Body);
}
