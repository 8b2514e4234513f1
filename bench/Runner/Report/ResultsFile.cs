using System.Text;

namespace SaasLlm.Bench.Report;

/// <summary>The record of a run, in Markdown: <c>bench/results.md</c>, or a file below <c>artifacts/</c> where the run was only a smoke.</summary>
internal static class ResultsFile
{
    private const string SoakHeading = "## Soak";
    private const string UsageHeading = "## Usage and reports";
    private const double MostMs = 150;

    public static string Folder(Options options) =>
        options.Quick ? Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "bench")).FullName : Path.Combine(Repository.Root, "bench");

    /// <summary>Writes the benchmarks anew; usage and the last soak stay, with their own dates and commits.</summary>
    public static async Task<string> WriteAsync(Options options, Environs environs, IReadOnlyList<ModeResult> results, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Folder(options), "results.md");
        var text = await ReadAsync(file, cancellationToken);
        await File.WriteAllTextAsync(file, Benchmarks(options, environs, results) + UsageOf(text) + SoakOf(text), cancellationToken);
        return file;
    }

    /// <summary>Writes usage and reports anew; all else stays.</summary>
    public static async Task<string> WriteUsageAsync(Options options, Environs environs, ModeResult result, CancellationToken cancellationToken)
    {
        var usage = new StringBuilder();
        usage.Append($$"""
            {{UsageHeading}}

            {{environs.Date:yyyy-MM-dd HH:mm}} UTC, commit {{environs.Commit}}. {{environs.Machine}}.

            Written by `./build.sh --target=Bench --only=usage`{{(options.Quick ? " `--quick`: a smoke, whose figures mean nothing" : "")}}: {{result.Title}}. The rows come by COPY. The rollups of
            the first month come by the service's own fold; each later month repeats the first one's rows, and so its rollups. Medians of {{options.Rounds}} rounds of {{options.Seconds}} s; other programs took {{Median([result]):0.0%}} of the machine.


            """);
        MarkdownTable.Line(usage, ["", "target, p50", "p50 ms", "p99 ms", ""]);
        MarkdownTable.Line(usage, ["---", "---", "---:", "---:", "---"]);
        foreach (var row in result.Rows)
            MarkdownTable.Line(usage, [$"`{row.Subject}`", $"≤ {MostMs:0} ms", $"{row.Figures.P50Ms:0.0}", $"{row.Figures.P99Ms:0.0}", row.Figures.P50Ms <= MostMs ? "met" : "**missed**"]);
        usage.Append('\n');

        var file = Path.Combine(Folder(options), "results.md");
        var text = await ReadAsync(file, cancellationToken);
        var soak = SoakOf(text);
        await File.WriteAllTextAsync(file, text[..^(UsageOf(text).Length + soak.Length)] + usage + soak, cancellationToken);
        return $"\n{usage}\n{file}";
    }

    /// <summary>Writes the soak anew; the benchmarks stay.</summary>
    public static async Task<string> WriteSoakAsync(Options options, string soak, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Folder(options), "results.md");
        var text = await ReadAsync(file, cancellationToken);
        await File.WriteAllTextAsync(file, text[..^SoakOf(text).Length] + $"{SoakHeading}\n\n{soak}", cancellationToken);
        return file;
    }

    private static async Task<string> ReadAsync(string file, CancellationToken cancellationToken) =>
        File.Exists(file) ? await File.ReadAllTextAsync(file, cancellationToken) : "";

    private static string SoakOf(string text) => text.IndexOf(SoakHeading, StringComparison.Ordinal) is >= 0 and var at ? text[at..] : "";

    private static string UsageOf(string text) => text.IndexOf(UsageHeading, StringComparison.Ordinal) is >= 0 and var at ? text[at..^SoakOf(text).Length] : "";

    private static string Benchmarks(Options options, Environs environs, IReadOnlyList<ModeResult> results)
    {
        var text = new StringBuilder();
        text.Append($$"""
            # Benchmarks

            {{environs.Date:yyyy-MM-dd HH:mm}} UTC, commit {{environs.Commit}}. {{environs.Machine}}.

            Written by `./build.sh --target=Bench`{{(options.Quick ? " `--quick`: a smoke, whose figures mean nothing" : "")}}. Medians of {{options.Rounds}} rounds of {{options.Seconds}} s,
            the servers in turn, none before the usage of the one before it is added up, after {{options.WarmUp:#,0}} requests to each .NET process. Clients, servers, upstream and database share the
            machine. The service checks the key, the limits, the credits and the job of each call, routes it, and answers after
            the commit of its record (fsync on), in a database of 100,000 jobs and more. The bare proxy (Kestrel and SocketsHttpHandler, `bench/BareProxy`) and nginx pass
            everything on. In brackets: the ratio to the bare proxy, in the table of the database to pgbench.
            CPU is that of the server's own process a request. Rounds in which the host took over 5 % of the machine were left out
            and repeated: {{results.Sum(result => result.LeftOut)}}. Other programs took {{Median(results):0.0%}} of the machine.


            """);
        text.Append("## Targets\n\n").Append(TargetTable(Targets.Of(results)));
        foreach (var result in results)
            text.Append($"\n## {result.Mode}\n\n{Capital(result.Title)}.{Missing(result, options)}\n\n").Append(MarkdownTable.Of(result));
        return text.Append('\n').ToString();
    }

    public static string TargetTable(IReadOnlyList<Target> targets)
    {
        var table = new StringBuilder();
        MarkdownTable.Line(table, ["", "target", "measured", "", "stretch"]);
        MarkdownTable.Line(table, ["---", "---", "---:", "---", "---"]);
        foreach (var target in targets)
            MarkdownTable.Line(table, [target.What, target.Goal, target.Measured, target.Met ? "met" : "**missed**", target.Stretch ?? ""]);
        return table.ToString();
    }

    private static string Missing(ModeResult result, Options options)
    {
        var few = result.Rows.Where(row => row.Rounds < options.Rounds).Select(row => $"{row.Subject} has {row.Rounds} rounds").ToArray();
        return few.Length == 0 ? "" : $" Disturbed to the end: {string.Join(", ", few)}.";
    }

    private static double Median(IEnumerable<ModeResult> results) =>
        Measure.Figures.Median(results.SelectMany(result => result.Rows).Select(row => (double?)row.Figures.Foreign)) ?? 0;

    private static string Capital(string title) => char.ToUpperInvariant(title[0]) + title[1..];
}
