namespace SaasLlm.Client.Tests;

internal sealed class ApiExceptionTests
{
    [Test]
    public void Problem_OfTheJobApi_IsReadWhole()
    {
        const string problem =
            """{"type":"urn:saasllm:error:validation_failed","title":"Validation failed","status":422,"detail":"name is required.","code":"validation_failed","request_id":"r-1","errors":{"name":["is required."]}}""";

        var refusal = Refusal(422, problem);

        Assert.That(refusal.StatusCode, Is.EqualTo(422));
        Assert.That(refusal.Code, Is.EqualTo("validation_failed"));
        Assert.That(refusal.Detail, Is.EqualTo("name is required."));
        Assert.That(refusal.RequestId, Is.EqualTo("r-1"));
        Assert.That(refusal.Errors["name"], Is.EqualTo(new[] { "is required." }));
        Assert.That(refusal.Message, Is.EqualTo("422 validation_failed: name is required."));
    }

    [Test]
    public void Error_OfTheLlmApi_IsReadWhole()
    {
        const string error = """{"error":{"message":"must be at most 2.","type":"invalid_request_error","code":"validation_failed","param":"temperature"}}""";

        var refusal = Refusal(400, error, ("x-request-id", "r-2"));

        Assert.That(refusal.Code, Is.EqualTo("validation_failed"));
        Assert.That(refusal.Detail, Is.EqualTo("must be at most 2."));
        Assert.That(refusal.RequestId, Is.EqualTo("r-2"));
        Assert.That(refusal.Errors["temperature"], Is.EqualTo(new[] { "must be at most 2." }));
    }

    [TestCase("<html>Bad gateway</html>")]
    [TestCase("[]")]
    [TestCase("")]
    [TestCase("""{"detail":7}""")]
    [TestCase("""{"error":"no"}""")]
    public void Body_OfSomethingElse_LeavesTheStatus(string body)
    {
        var refusal = Refusal(502, body);

        Assert.That(refusal.StatusCode, Is.EqualTo(502));
        Assert.That(refusal.Code, Is.Null);
        Assert.That(refusal.Detail, Is.EqualTo("otherwise"));
        Assert.That(refusal.Errors, Is.Empty);
    }

    [Test]
    public void RetryAfter_InSecondsOrAsADate_IsATime()
    {
        const string date = "Thu, 01 Jan 2026 12:00:00 GMT";
        const string later = "Thu, 01 Jan 2026 12:00:30 GMT";

        Assert.That(Refusal(429, "{}", ("Retry-After", "12")).RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(12)));
        Assert.That(Refusal(503, "{}", ("Retry-After", later), ("Date", date)).RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(Refusal(503, "{}", ("Retry-After", later)).RetryAfter, Is.Null);
        Assert.That(Refusal(503, "{}").RetryAfter, Is.Null);
    }

    private static ApiException Refusal(int status, string body, params (string Name, string Value)[] headers) => new(
        "otherwise", status, body, headers.ToDictionary(header => header.Name, IEnumerable<string> (header) => [header.Value]), innerException: null);
}
