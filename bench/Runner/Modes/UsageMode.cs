using System.Globalization;
using System.Net.Http.Headers;
using Npgsql;
using SaasLlm.Bench.Driving;
using SaasLlm.Bench.Measure;
using SaasLlm.Bench.Report;
using SaasLlm.Bench.Servers;

namespace SaasLlm.Bench.Modes;

/// <summary>Usage and reports over HTTP, one caller, over a year of ten million calls of 500 teams.</summary>
internal sealed class UsageMode : IMode
{
    public const string ModeName = "usage";

    private const int Calls = 10_000_000;
    private const int CallsQuick = 20_000;

    /// <summary>Only one can fold at a time, and here it is who builds the history.</summary>
    private const string NoFolding = "Usage:FoldIntervalSeconds=3600";

    public string Name => ModeName;

    public bool OnlyOnRequest => true;

    public async Task<IReadOnlyList<ModeResult>> RunAsync(Rig rig, Options options, Rounds rounds, CancellationToken cancellationToken)
    {
        await rig.Postgres.SqlAsync("create database usage", cancellationToken);
        var database = new NpgsqlConnectionStringBuilder(rig.Postgres.ConnectionString) { Database = "usage" }.ConnectionString;
        await using var service = await DotNetServer.StartServiceAsync(rig.Folder, database, rig.OperatorKey, [NoFolding], cancellationToken);
        var history = new UsageHistory(database, options.Quick ? CallsQuick : Calls);
        Output.Line($"\n{Name}: building a year of {(options.Quick ? CallsQuick : Calls):#,0} calls");
        await history.BuildAsync(cancellationToken);

        using var client = new HttpClient { BaseAddress = service.Address, Timeout = TimeSpan.FromMinutes(2) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", rig.OperatorKey);
        var subjects = Routes(history).Select(path => new Subject(path, service.Address, service.ProcessId, service.Allocations, IsService: true)).ToArray();
        var result = await rounds.RunAsync(
            Name,
            $"one caller's questions about a year of {(options.Quick ? CallsQuick : Calls):#,0} calls of {UsageHistory.Teams} teams",
            subjects,
            (subject, _) => ClosedLoop.RunAsync(1, options.Seconds, (_, stop) => GetAsync(client, subject.Name, stop), cancellationToken),
            cancellationToken);
        return [result with { Reference = "" }];
    }

    private static string[] Routes(UsageHistory history)
    {
        var from = history.Range.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var to = history.Range.To.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var month = history.Range.To.AddMonths(-2).ToString("yyyy-MM", CultureInfo.InvariantCulture);
        var year = $"from={from}&to={to}";
        return
        [
            $"/api/teams/team-7/usage?period={month}",
            $"/api/teams/team-7/usage?{year}",
            $"/api/organizations/org-7/usage?{year}",
            $"/api/usage?group_by=day&{year}",
            $"/api/usage?group_by=model,month&{year}",
            $"/api/usage?group_by=team&from={from}T07:00:00Z&to={to}",
            $"/api/reports/margins?group_by=team&{year}",
            $"/api/reports/margins?group_by=job_type,model,month&{year}",
            $"/api/reports/top?by=models&{year}",
            $"/api/reports/top?by=jobs&{year}",
            $"/api/reports/top?by=teams&{year}",
            $"/api/reports/top?by=users&{year}",
        ];
    }

    private static async Task<bool> GetAsync(HttpClient client, string path, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        return response.IsSuccessStatusCode;
    }
}
