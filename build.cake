using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Xml.Linq;

const string Configuration = "Release";
const string Solution = "SaasLlm.sln";
const string Service = "src/Api/SaasLlm.Api.csproj";
const string ServiceProgram = "src/Api/bin/Release/net10.0/SaasLlm.Api.dll";
const string ServiceStamp = "artifacts/service.stamp";
const string Dashboard = "src/Dashboard";
const string DashboardOutput = "src/Api/bin/Release/net10.0/wwwroot/dashboard";
const string DashboardStamp = "artifacts/dashboard.stamp";
const string Bench = "bench/Runner/SaasLlm.Bench.csproj";
const string BenchProgram = "bench/Runner/bin/Release/net10.0/SaasLlm.Bench.dll";
const string ClusterTests = "tests/Cluster.Tests/SaasLlm.Cluster.Tests.csproj";
const string ApiTests = "tests/Api.Tests/SaasLlm.Api.Tests.csproj";
const string Client = "src/Client/SaasLlm.Client.csproj";
const string PublishFolder = "artifacts/publish";
const string DashboardTests = "tests/Dashboard.Tests/SaasLlm.Dashboard.Tests.csproj";
const string ScreenshotsFolder = "docs/images";
const string ResultsFolder = "artifacts/tests";
const string ToolsFolder = "artifacts/tools";

var target = Argument("target", "Default");
(int Passed, int Failed)? testResults = null;

Task("Default").IsDependentOn("Build");

Task("Build")
    .Description("Builds everything; warnings are errors.")
    .Does(() => BesideDashboard(() => DotNetBuild(Solution, new DotNetBuildSettings { Configuration = Configuration, NoLogo = true })));

Task("Clean")
    .Description("Removes what was built. The data in .data/ stays.")
    .Does(() =>
    {
        CleanDirectories("{src,tests,bench}/*/{bin,obj}");
        CleanDirectory("artifacts");
    });

Task("Run")
    .Description("Builds and runs the service with a private PostgreSQL. Further arguments go to it: --urls=http://localhost:9000")
    .Does(() =>
    {
        BesideDashboard(BuildService);
        Attend("dotnet", [ServiceProgram, .. OwnArguments()]);
    });

Task("Verify")
    .Description("Recomputes the credit ledger from its rows and compares.")
    .Does(() =>
    {
        BuildService();
        Attend("dotnet", [ServiceProgram, "verify", .. OwnArguments()]);
    });

Task("Import")
    .Description("Takes over a LiteLLM proxy's configuration: --file=config.yaml says what would be done, --apply does it.")
    .Does(() =>
    {
        BuildService();
        Attend("dotnet", [ServiceProgram, "import", .. OwnArguments()]);
    });

Task("OpenApi")
    .Description("Writes the API's description, docs/openapi.json, anew from the code.")
    .Does(() =>
    {
        BuildService();
        Attend("dotnet", [ServiceProgram, "openapi", "docs/openapi.json"]);
    });

Task("Publish")
    .Description("Makes what is deployed: the service for linux-x64 without .NET, its page beside it, and the client's package, in artifacts/publish.")
    .Does(() =>
    {
        CleanDirectory(PublishFolder);
        BuildDashboard();
        Information("Publishing the service");
        // Elsewhere than the usual build, whose files are not for one system; so is the lock, which would name the system's packages.
        if (!Attend("dotnet",
            [
                "publish", Service, "--configuration", Configuration, "--nologo", "--runtime", "linux-x64", "--self-contained",
                "--artifacts-path", $"{PublishFolder}/.build", "--output", $"{PublishFolder}/saasllm",
                "-p:PublishSingleFile=true", "-p:DebugType=embedded", "-p:PublishDocumentationFiles=false", "-p:PublishReferencesDocumentationFiles=false",
                "-p:NuGetLockFilePath=obj/publish.lock.json", "-p:RestoreLockedMode=false",
            ]))
        {
            throw new CakeException(130, "Stopped while publishing.");
        }

        CopyDirectory(DashboardOutput, $"{PublishFolder}/saasllm/wwwroot/dashboard");
        Attend("dotnet", ["pack", Client, "--configuration", Configuration, "--nologo", "--output", PublishFolder]);
        DeleteDirectory($"{PublishFolder}/.build", new DeleteDirectorySettings { Recursive = true });
    });

Task("PublishCheck")
    .Description("Publishes, and starts the published file somewhere else in Production, to walk through it.")
    .IsDependentOn("Postgres")
    .IsDependentOn("Publish")
    .Does(() =>
    {
        var elsewhere = System.IO.Directory.CreateTempSubdirectory("saasllm-published-").FullName;
        CopyDirectory($"{PublishFolder}/saasllm", elsewhere);
        try
        {
            Attend("dotnet",
            [
                "test", ApiTests, "--configuration", Configuration, "--nologo", "--filter", "FullyQualifiedName~DeployedServiceTests",
                "--", $"TestRunParameters.Parameter(name=\"program\", value=\"{elsewhere}/SaasLlm.Api\")",
            ]);
        }
        finally
        {
            DeleteDirectory(elsewhere, new DeleteDirectorySettings { Recursive = true });
        }
    });

Task("Demo")
    .Description("Walks the full chain against a running service: --url=http://localhost:8003 --admin-key=…")
    .Does(() => Attend("node", ["demo/full-chain.mjs", .. OwnArguments()]));

Task("Test")
    .Description("Runs every test; the last line says N passed, N failed.")
    .IsDependentOn("Postgres")
    .IsDependentOn("TestTools")
    .IsDependentOn("Build")
    .Does(() => testResults = RunTests());

Task("Chaos")
    .Description("Breaks a cluster of three nodes at random under load and checks the books: --minutes=5, --seed= for the same faults again.")
    .IsDependentOn("Postgres")
    .IsDependentOn("TestTools")
    .IsDependentOn("Build")
    .Does(() =>
    {
        // An empty value is refused, so one that was not given is left out.
        var parameters = new[] { (Name: "minutes", Value: Argument("minutes", "5")), (Name: "seed", Value: Argument("seed", "")) }
            .Where(parameter => parameter.Value.Length > 0)
            .Select(parameter => $"TestRunParameters.Parameter(name=\"{parameter.Name}\", value=\"{parameter.Value}\")");
        Attend("dotnet",
        [
            "test", ClusterTests, "--configuration", Configuration, "--no-build", "--nologo", "--filter", "FullyQualifiedName~ChaosTests",
            "--logger", "console;verbosity=normal", "--", .. parameters,
        ]);
    });

Task("Screenshots")
    .Description("Draws every page of the dashboard into docs/images: by day, by night and on a telephone.")
    .IsDependentOn("Postgres")
    .IsDependentOn("TestTools")
    .IsDependentOn("Build")
    .Does(() => DrawScreenshots());

Task("Coverage")
    .Description("Runs every test and prints the lines covered of each project in src/.")
    .IsDependentOn("Postgres")
    .IsDependentOn("TestTools")
    .IsDependentOn("Build")
    .Does(() =>
    {
        testResults = RunTests("--collect", "XPlat Code Coverage");
        PrintCoverage();
    });

Task("Bench")
    .Description("Measures the service against a bare proxy and nginx: --quick, --only=plain32, --rounds=3, --seconds=8, --warm-up=100000.")
    .IsDependentOn("BenchTools")
    .Does(() => RunBench());

Task("Soak")
    .Description("Runs the service at 70 % of its peak rate and draws its memory: --minutes=10.")
    .IsDependentOn("BenchTools")
    .Does(() => RunBench("--soak"));

Task("Postgres")
    .Description("Installs PostgreSQL where there is none and this user may; else the tests fetch a small build from npm.")
    .WithCriteria(() => !HasPostgres() && Environment.UserName == "root" && FileExists("/usr/bin/apt-get"))
    .ContinueOnError()
    .Does(() =>
    {
        var quiet = new ProcessSettings { EnvironmentVariables = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" } };
        StartProcess("apt-get", quiet.WithArguments(arguments => arguments.Append("update")));
        foreach (var package in new[] { "postgresql-15", "postgresql" })
        {
            if (StartProcess("apt-get", quiet.WithArguments(arguments => arguments.Append($"install --yes --no-install-recommends {package}"))) == 0)
                return;
        }
    });

Task("TestTools")
    .Description("Fetches the servers that tests start, where this machine has none.")
    .Does(() => RequireTools(
        ("redis-server", "redis-server"), ("nginx", "nginx-light"), ("chromium", "chromium"), ("curl", "curl"), ("jq", "jq"), ("python3", "python3"),
        ("openssl", "openssl"), ("pg_dump", "postgresql-client")));

Task("BenchTools")
    .IsDependentOn("Postgres")
    .Does(() => RequireTools(("nginx", "nginx-light"), ("wrk", "wrk"), ("redis-server", "redis-server")));

if (target is "Test" or "Coverage")
{
    try
    {
        RunTarget(target);
    }
    catch (Exception failure)
    {
        Error(failure.Message);
    }

    // After Cake's own report: CI reads the last line.
    var (passed, failed) = testResults ?? (0, 1);
    Console.WriteLine($"{passed} passed, {failed} failed");
    Console.Out.Flush();
    Environment.Exit(failed == 0 && passed > 0 ? 0 : 1);
}

RunTarget(target);

// Builds only what the service needs, and nothing where nothing has changed: even an idle dotnet build takes seconds.
void BuildService()
{
    var fingerprint = Fingerprint(
        ["src/Domain", "src/Application", "src/Infrastructure", "src/Api"],
        ["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig", "BannedSymbols.txt"]);
    if (FileExists(ServiceProgram) && FileExists(ServiceStamp) && System.IO.File.ReadAllText(ServiceStamp) == fingerprint)
        return;

    Information("Building the service");
    // dotnet build ends with 0 when it is told to stop, with half of the work done.
    if (!Attend("dotnet", ["build", Service, "--configuration", Configuration, "--nologo"]))
        throw new CakeException(130, "Stopped while building.");

    EnsureDirectoryExists("artifacts");
    System.IO.File.WriteAllText(ServiceStamp, fingerprint);
}

// One waits for the network while the other compiles, which shortens the first build.
void BesideDashboard(Action build)
{
    var dashboard = System.Threading.Tasks.Task.Run(BuildDashboard);
    try
    {
        build();
    }
    finally
    {
        dashboard.GetAwaiter().GetResult();
    }
}

// Builds the page where something of it has changed, beside the program that serves it.
void BuildDashboard()
{
    var fingerprint = Fingerprint(
        [$"{Dashboard}/src", $"{Dashboard}/public"],
        [.. GetFiles($"{Dashboard}/*.{{json,ts,html}}").Select(file => file.FullPath), "docs/openapi.json"]);
    if (FileExists($"{DashboardOutput}/index.html") && FileExists(DashboardStamp) && System.IO.File.ReadAllText(DashboardStamp) == fingerprint)
        return;

    Information("Building the dashboard");
    var installed = new System.IO.FileInfo($"{Dashboard}/node_modules/.package-lock.json");
    if (!installed.Exists || installed.LastWriteTimeUtc < System.IO.File.GetLastWriteTimeUtc($"{Dashboard}/package-lock.json"))
        Npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
    Npm("run", "build", "--silent", "--", "--logLevel", "warn", "--emptyOutDir", "--outDir", MakeAbsolute(Directory(DashboardOutput)).FullPath);

    EnsureDirectoryExists("artifacts");
    System.IO.File.WriteAllText(DashboardStamp, fingerprint);
}

void Npm(params string[] arguments)
{
    using var npm = Process.Start(new ProcessStartInfo("npm", arguments) { UseShellExecute = false, WorkingDirectory = Dashboard });
    npm.WaitForExit();
    if (npm.ExitCode != 0)
        throw new CakeException(npm.ExitCode, $"npm {arguments[0]} ended with {npm.ExitCode}.");
}

void RunBench(params string[] more)
{
    BuildService();
    Information("Building the benchmarks");
    DotNetBuild(Bench, new DotNetBuildSettings { Configuration = Configuration, NoLogo = true, Verbosity = DotNetVerbosity.Quiet });
    Attend("dotnet", [BenchProgram, .. more, .. OwnArguments()]);
}

// Path, size and time of every file that something is built from; what was built does not count.
string Fingerprint(string[] folders, string[] files)
{
    var sources = folders
        .SelectMany(folder => System.IO.Directory.EnumerateFiles(folder, "*", System.IO.SearchOption.AllDirectories))
        .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules" or "schema.d.ts"))
        .Concat(files)
        .Order(StringComparer.Ordinal)
        .Select(path => new System.IO.FileInfo(path))
        .Select(file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}");
    return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', sources))));
}

// The arguments as they were given, without the target: Cake's own reading would split --ConnectionStrings:Postgres=… at the colon.
IEnumerable<string> OwnArguments() => Environment.GetCommandLineArgs().Skip(1)
    .Where(argument => argument.StartsWith("--", StringComparison.Ordinal) && !argument.StartsWith("--target=", StringComparison.Ordinal));

// Runs a program in the foreground. Signals are its business: this process passes them on and ends after it. False: one came.
bool Attend(string program, IEnumerable<string> arguments)
{
    var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false };
    if (!start.Environment.ContainsKey("ASPNETCORE_ENVIRONMENT"))
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";

    Process child = null;
    var signalled = false;
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Forward);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Forward);
    using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Forward);
    using (child = Process.Start(start))
    {
        child.WaitForExit();
        if (child.ExitCode != 0)
            throw new CakeException(child.ExitCode, $"{program} ended with {child.ExitCode}.");
    }

    return !signalled;

    void Forward(PosixSignalContext context)
    {
        context.Cancel = true;
        signalled = true;
        if (child is { HasExited: false })
            Process.Start("bash", ["-c", $"kill -{context.Signal.ToString()[3..]} {child.Id}"]).WaitForExit();
    }
}

void DrawScreenshots()
{
    var folder = MakeAbsolute(Directory(ScreenshotsFolder)).FullPath;
    CleanDirectory(folder);
    Environment.SetEnvironmentVariable("SAASLLM_SCREENSHOTS", folder);
    Attend("dotnet", ["test", DashboardTests, "--configuration", Configuration, "--no-build", "--nologo", "--filter", "FullyQualifiedName~EveryPage"]);
}

bool HasPostgres() => EnvironmentVariable("PATH", "").Split(':').Any(folder => FileExists($"{folder}/initdb"))
    || GetFiles("/usr/lib/postgresql/*/bin/initdb").Count > 0;

// Puts programs on PATH. Those that the machine lacks are unpacked from Debian's packages into a folder of ours: nothing is
// installed, so no server of theirs starts by itself, and an ordinary user may do it too. Chromium's own program comes before the
// script of that name, which looks for it in /usr.
void RequireTools(params (string Program, string Package)[] tools)
{
    var folder = MakeAbsolute(Directory(ToolsFolder)).FullPath;
    Environment.SetEnvironmentVariable("PATH", $"{EnvironmentVariable("PATH", "")}:/usr/sbin:{folder}/usr/lib/chromium:{folder}/usr/bin:{folder}/usr/sbin");
    var missing = tools.Where(tool => !IsOnPath(tool.Program)).ToArray();
    if (missing.Length > 0)
    {
        Unpack(missing.Select(tool => tool.Package), folder);
        if (missing.FirstOrDefault(tool => !IsOnPath(tool.Program)) is { Program: { } lost } )
            throw new CakeException($"{lost} is needed; install it, or let apt-get reach Debian's packages.");
    }

    var libraries = new[] { "usr/lib/*-linux-gnu", "lib/*-linux-gnu", "usr/lib/*-linux-gnu/pulseaudio" }
        .SelectMany(libraryFolder => GetDirectories($"{folder}/{libraryFolder}"))
        .Select(path => path.FullPath)
        .Append(EnvironmentVariable("LD_LIBRARY_PATH", ""));
    Environment.SetEnvironmentVariable("LD_LIBRARY_PATH", string.Join(':', libraries.Where(path => path.Length > 0)));
}

bool IsOnPath(string program) => Environment.GetEnvironmentVariable("PATH").Split(':').Any(folder => FileExists($"{folder}/{program}"));

void Unpack(IEnumerable<string> packages, string folder)
{
    // Lists and archives of our own, because those of the machine are root's.
    var apt = $"-q -o Dir::State::Lists={folder}/apt/lists -o Dir::Cache={folder}/apt/cache -o Debug::NoLocking=1";
    EnsureDirectoryExists($"{folder}/apt/lists/partial");
    EnsureDirectoryExists($"{folder}/apt/cache/archives/partial");
    StartProcess("apt-get", $"{apt} update");
    StartProcess("apt-get", $"{apt} install --download-only --yes --no-install-recommends {string.Join(' ', packages)}");
    foreach (var archive in GetFiles($"{folder}/apt/cache/archives/*.deb"))
        StartProcess("dpkg-deb", new ProcessSettings { Arguments = new ProcessArgumentBuilder().Append("--extract").AppendQuoted(archive.FullPath).AppendQuoted(folder) });
    CleanDirectory($"{folder}/apt");
}

// One project after the other: they share two cores and each starts its own PostgreSQL.
// The longest project runs beside those that wait for browsers and other programs most of the time; what measures limits and
// outages runs alone.
(int Passed, int Failed) RunTests(params string[] extra)
{
    CleanDirectory(ResultsFolder);
    // One after the other: each keeps both cores busy by itself, and beside another its waits would be longer than its patience.
    var results = GetFiles("tests/*.Tests/*.csproj").Select(project => RunProject(project, extra)).ToList();
    return (results.Sum(project => project.Passed), results.Sum(project => project.Failed));
}

(int Passed, int Failed) RunProject(FilePath project, string[] extra)
{
    var name = project.GetFilenameWithoutExtension().ToString();
    var results = $"{ResultsFolder}/{name}.trx";
    var exitCode = RunShowingProgress(name,
    [
        "test", project.FullPath, "--configuration", Configuration, "--no-build", "--nologo",
        "--logger", $"trx;LogFileName={name}.trx", "--results-directory", ResultsFolder,
        "--blame-hang-timeout", "10m", "--blame-hang-dump-type", "none", .. extra,
    ]);

    // A skipped test has not passed, and a project that crashed or ran nothing has failed.
    var (total, good) = FileExists(results) ? ReadResults(results) : (0, 0);
    var bad = total - good;
    if (bad == 0 && (exitCode != 0 || total == 0))
        bad = 1;
    Console.WriteLine($"{name}: {good} passed, {bad} failed{(total == 0 ? " (no test ran)" : "")}");
    return (good, bad);
}

(int Total, int Passed) ReadResults(string file)
{
    var counters = XDocument.Load(file).Descendants().Single(element => element.Name.LocalName == "Counters");
    return ((int)counters.Attribute("total"), (int)counters.Attribute("passed"));
}

int RunShowingProgress(string name, IEnumerable<string> arguments)
{
    Console.WriteLine($"\n{name}");
    var elapsed = Stopwatch.StartNew();
    using var progress = new Timer(_ => Console.WriteLine($"  {name}: running for {elapsed.Elapsed.TotalSeconds:0} s"), null, 15_000, 15_000);
    using var child = Process.Start(new ProcessStartInfo("dotnet", arguments) { UseShellExecute = false });
    child.WaitForExit();
    return child.ExitCode;
}

// A line counts as covered where any test project has run it. Generated code lies in obj/ and does not count.
void PrintCoverage()
{
    var root = MakeAbsolute(Directory("src")).FullPath + "/";
    var lines = new Dictionary<(string Project, string File, int Line), bool>();
    foreach (var report in GetFiles($"{ResultsFolder}/**/coverage.cobertura.xml"))
    {
        var document = XDocument.Load(report.FullPath);
        var folders = document.Descendants("source").Select(source => source.Value).ToArray();
        foreach (var type in document.Descendants("class"))
        {
            var file = folders.Select(folder => System.IO.Path.Combine(folder, (string)type.Attribute("filename"))).FirstOrDefault(System.IO.File.Exists);
            if (file is null || !file.StartsWith(root, StringComparison.Ordinal) || file.Contains("/obj/"))
                continue;

            foreach (var line in type.Elements("lines").Elements("line"))
            {
                var key = (file[root.Length..].Split('/')[0], file, (int)line.Attribute("number"));
                lines[key] = lines.GetValueOrDefault(key) || (int)line.Attribute("hits") > 0;
            }
        }
    }

    foreach (var project in lines.GroupBy(line => line.Key.Project).OrderBy(project => project.Key))
        PrintShare(project.Key, project.Select(line => line.Value).ToArray());
    PrintShare("all of src/", lines.Values.ToArray());

    static void PrintShare(string name, bool[] covered) => Console.WriteLine(
        $"{name,-16} {covered.Count(line => line),6} of {covered.Length,6} lines  {100.0 * covered.Count(line => line) / Math.Max(1, covered.Length),5:0.0} %");
}
