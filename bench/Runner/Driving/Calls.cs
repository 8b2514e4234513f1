using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Driving;

/// <summary>The same call, as each server takes it.</summary>
/// <param name="PathsFile">One path a line.</param>
internal sealed record Calls(Subject Subject, string PathsFile, string BodyFile, string Key)
{
    /// <summary>Sent to the proxies, which pass it on unread; as long as a real one.</summary>
    private const string NoKey = "sk-0000000000000000000000000000000000000000000";

    /// <param name="jobs">The jobs that the service's calls go to in turn.</param>
    public static async Task<Calls> WriteAsync(Subject subject, Route route, Tenant tenant, IEnumerable<string> jobs, string folder, CancellationToken cancellationToken)
    {
        var paths = Path.Combine(folder, Path.GetRandomFileName() + ".paths");
        var body = Path.Combine(folder, Path.GetRandomFileName() + ".json");
        await File.WriteAllLinesAsync(paths, subject.IsService ? jobs.Select(route.PathOf) : [route.PassedPath], cancellationToken);
        await File.WriteAllTextAsync(body, route.Body, cancellationToken);
        return new Calls(subject, paths, body, subject.IsService ? tenant.Key : NoKey);
    }
}
