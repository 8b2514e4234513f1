using System.Net;

namespace SaasLlm.Client.Tests;

internal sealed class RetryHandlerTests
{
    private static readonly ScriptedAnswer Good = new(200);

    [TestCase(429)]
    [TestCase(503)]
    public async Task Get_WhenPutOff_WaitsAsLongAsItIsAskedTo(int status)
    {
        using var service = new ScriptedService(new ScriptedAnswer(status, RetryAfter: "7"), Good);

        Assert.That(await GetAsync(service), Is.EqualTo(HttpStatusCode.OK));

        Assert.That(service.Requests, Has.Count.EqualTo(2));
        Assert.That(service.Time.Waits, Is.EqualTo(new[] { TimeSpan.FromSeconds(7) }));
    }

    [Test]
    public async Task Get_WhenPutOffToADate_WaitsUntilThen()
    {
        var time = new HurriedTime();
        using var service = new ScriptedService(new ScriptedAnswer(503, RetryAfter: time.GetUtcNow().AddSeconds(9).ToString("r")), Good) { Time = time };

        Assert.That(await GetAsync(service), Is.EqualTo(HttpStatusCode.OK));

        Assert.That(time.Waits, Is.EqualTo(new[] { TimeSpan.FromSeconds(9) }));
    }

    [Test]
    public async Task Get_WhenTheServicesClockIsAnother_CountsFromItsDate()
    {
        var there = new DateTimeOffset(2031, 5, 6, 7, 8, 9, TimeSpan.Zero);
        using var service = new ScriptedService(new ScriptedAnswer(503, RetryAfter: there.AddSeconds(4).ToString("r"), Date: there), Good);

        Assert.That(await GetAsync(service), Is.EqualTo(HttpStatusCode.OK));

        Assert.That(service.Time.Waits, Is.EqualTo(new[] { TimeSpan.FromSeconds(4) }));
    }

    [Test]
    public async Task Get_WhenTheDateHasPassed_RepeatsAtOnce()
    {
        var time = new HurriedTime();
        using var service = new ScriptedService(new ScriptedAnswer(503, RetryAfter: time.GetUtcNow().AddSeconds(-9).ToString("r")), Good) { Time = time };

        Assert.That(await GetAsync(service), Is.EqualTo(HttpStatusCode.OK));

        Assert.That(time.Waits, Is.Empty);
    }

    [Test]
    public async Task Get_WhenNoWaitIsNamed_WaitsLongerEachTimeAndStops()
    {
        using var service = new ScriptedService(new ScriptedAnswer(503));

        Assert.That(await GetAsync(service), Is.EqualTo(HttpStatusCode.ServiceUnavailable));

        Assert.That(service.Requests, Has.Count.EqualTo(1 + service.Retry.MaxRetries));
        Assert.That(service.Time.Waits.Select(wait => wait.TotalMilliseconds), Is.EqualTo(new[] { 500, 1000, 2000 }));
    }

    [Test]
    public async Task Get_WhenTheWaitsWouldBeTooLong_GivesTheAnswerAtOnce()
    {
        using var service = new ScriptedService(new ScriptedAnswer(429, RetryAfter: "20"));

        Assert.That(await GetAsync(service), Is.EqualTo(HttpStatusCode.TooManyRequests));

        Assert.That(service.Requests, Has.Count.EqualTo(2), "a second wait would make 40 of at most 30 seconds");
        Assert.That(service.Time.Waits, Is.EqualTo(new[] { TimeSpan.FromSeconds(20) }));
    }

    [TestCase(400)]
    [TestCase(500)]
    [TestCase(502)]
    [TestCase(504)]
    public async Task Get_WhenRefusedOtherwise_IsNotRepeated(int status)
    {
        using var service = new ScriptedService(new ScriptedAnswer(status, RetryAfter: "1"));

        Assert.That(await GetAsync(service), Is.EqualTo((HttpStatusCode)status));

        Assert.That(service.Requests, Has.Count.EqualTo(1));
    }

    [TestCase(null, 1)]
    [TestCase("order-1", 2)]
    public async Task Post_WhenPutOff_IsRepeatedOnlyUnderAnIdempotencyKey(string? key, int requests)
    {
        using var service = new ScriptedService(new ScriptedAnswer(429, RetryAfter: "1"), Good);
        using var http = service.Http();
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/jobs/create") { Content = new StringContent("body") };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);

        using var response = await http.SendAsync(request);

        Assert.That(service.Requests, Has.Count.EqualTo(requests));
        Assert.That(service.Requests, Has.All.Matches<(HttpMethod Method, string Path, string? Key, string Body)>(sent => sent.Key == key && sent.Body == "body"));
    }

    [Test]
    public void Get_WhenCancelledWhileItWaits_Ends()
    {
        using var leaving = new CancellationTokenSource();
        using var service = new ScriptedService(new ScriptedAnswer(429, RetryAfter: "5")) { Time = new HurriedTime { Hurries = false } };
        using var http = service.Http();

        var get = http.GetAsync("api/teams", leaving.Token);
        leaving.Cancel();

        Assert.That(async () => await get, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(service.Time.Waits, Has.Count.EqualTo(1), "it had begun to wait");
    }

    private static async Task<HttpStatusCode> GetAsync(ScriptedService service)
    {
        using var http = service.Http();
        using var response = await http.GetAsync("api/teams");
        return response.StatusCode;
    }
}
