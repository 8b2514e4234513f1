using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Logging;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Operations;
using SaasLlm.Application.Shared;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Operations;

internal sealed class RequestLogTests
{
    [Test]
    public async Task Invoke_ForARequest_LogsTheRouteAndNeitherPathNorQuery()
    {
        var logger = new Recorder();
        var context = Request("/api/teams/acme-secret/usage");
        context.Request.QueryString = new QueryString("?period=hidden");

        await Invoke(logger, context, inside =>
        {
            inside.SetEndpoint(new RouteEndpoint(_ => Task.CompletedTask, RoutePatternFactory.Parse("/api/teams/{teamId}/usage"), 0, null, null));
            inside.Features.Set(new CallerIdentity(Caller.Team("acme-secret", "sk-1234…cdef")));
            inside.Response.StatusCode = StatusCodes.Status403Forbidden;
        });

        var (level, text) = logger.Lines.Single();
        Assert.That(level, Is.EqualTo(LogLevel.Information));
        Assert.That(text, Does.Match("^GET /api/teams/{teamId}/usage 403 in [0-9.]+ ms, request request-1, caller sk-1234…cdef$"));
    }

    [Test]
    public async Task Invoke_ForAnUnknownRouteWithoutKey_LogsNoPathEither()
    {
        var logger = new Recorder();

        await Invoke(logger, Request("/secret"), inside => inside.Response.StatusCode = StatusCodes.Status404NotFound);

        Assert.That(logger.Lines.Single().Text, Does.Match(@"^GET \(no route\) 404 in [0-9.]+ ms, request request-1, caller anonymous$"));
    }

    [TestCase("/api/teams", 200, LogLevel.Debug)]
    [TestCase("/api/teams", 404, LogLevel.Information)]
    [TestCase("/api/teams", 503, LogLevel.Warning)]
    [TestCase("/health", 200, LogLevel.Trace)]
    [TestCase("/health/ready", 200, LogLevel.Trace)]
    [TestCase("/health/ready", 503, LogLevel.Warning)]
    [TestCase("/healthy", 200, LogLevel.Debug)]
    [TestCase("/metrics", 200, LogLevel.Trace)]
    [TestCase("/metrics", 401, LogLevel.Information)]
    public async Task Invoke_ByTheStatus_LogsTheMoreTheWorse(string path, int status, LogLevel level)
    {
        var logger = new Recorder();

        await Invoke(logger, Request(path), inside => inside.Response.StatusCode = status);

        Assert.That(logger.Lines.Single().Level, Is.EqualTo(level));
    }

    [Test]
    public async Task Invoke_WhenTheCallerLeftBeforeTheAnswer_LogsThat()
    {
        var logger = new Recorder();
        var context = Request("/api/teams");
        context.RequestAborted = new CancellationToken(canceled: true);

        await Invoke(logger, context, _ => { });

        Assert.That(logger.Lines.Single().Text, Does.Contain(" 499 in "));
    }

    private static DefaultHttpContext Request(string path)
    {
        var context = new DefaultHttpContext { TraceIdentifier = "request-1" };
        context.Request.Method = HttpMethods.Get;
        context.Request.Path = path;
        return context;
    }

    private static Task Invoke(Recorder logger, HttpContext context, Action<HttpContext> inside) =>
        new RequestLog(
            reached =>
            {
                inside(reached);
                return Task.CompletedTask;
            },
            new RequestMetrics(Meters.Factory),
            logger,
            TimeProvider.System).InvokeAsync(context);

    private sealed class Recorder : ILogger<RequestLog>
    {
        public List<(LogLevel Level, string Text)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add((logLevel, formatter(state, exception)));
    }
}
