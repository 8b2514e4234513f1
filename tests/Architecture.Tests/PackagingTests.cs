using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace SaasLlm.Architecture.Tests;

/// <summary>What <c>docker/</c> promises, read from its files: no engine is needed.</summary>
internal sealed partial class PackagingTests
{
    /// <summary>The user of .NET's chiselled images.</summary>
    private const string User = "1654";

    private static readonly YamlMappingNode Services = Load("compose.yaml").Map("services");

    private static string[] ServiceNames => [.. Services.Children.Keys.Select(key => key.ToString())];

    private static string[] Manifests => [.. Directory.EnumerateFiles(PathOf("kubernetes"), "*.yaml").Select(path => Path.GetFileName(path))];

    [Test]
    public void Dockerfile_InItsLastStage_IsChiselledAndOrdinary()
    {
        var text = File.ReadAllText(PathOf("Dockerfile"));
        var images = From().Matches(text).Select(match => match.Groups["image"].Value).ToArray();

        Assert.That(images, Has.Length.EqualTo(3).And.All.Match(@":\d+\.\d+\.\d+"));
        Assert.That(images[^1], Does.EndWith("-chiseled"));
        Assert.That(text, Does.Contain("USER $APP_UID").And.Contain("HEALTHCHECK").And.Contain("\"health\""));
        foreach (Match copied in Copy().Matches(text))
            Assert.That(copied.Groups["sources"].Value.Split(' ').Where(source => !Exists(source)), Is.Empty, copied.Value);

        static bool Exists(string source) => Path.Combine(Codebase.Root, source) is var path && (File.Exists(path) || Directory.Exists(path));
    }

    [TestCaseSource(nameof(ServiceNames))]
    public void ComposeService_Always_IsPinnedReadOnlyAndWatched(string name)
    {
        var service = Services.Map(name);

        Assert.That(service.Text("image"), Does.Match(@":\d+\.\d+\.\d+|:\d+\.\d+-alpine$"));
        Assert.That(service.Text("user"), Does.Match(@"^[1-9]\d*:"));
        Assert.That(service.Text("read_only"), Is.EqualTo("true"));
        Assert.That(service.Sequence("cap_drop"), Is.EqualTo(new[] { "ALL" }));
        Assert.That(service.Sequence("security_opt"), Has.Member("no-new-privileges:true"));
        Assert.That(service.Map("healthcheck").Sequence("test"), Is.Not.Empty);
    }

    [Test]
    public void Compose_ForItsNodes_GivesSecretsByFileOnly()
    {
        var secrets = Load("compose.yaml").Map("secrets");
        var script = File.ReadAllText(PathOf("make-secrets.sh"));
        string[] nodes = [.. ServiceNames.Where(name => name.StartsWith("api-", StringComparison.Ordinal))];

        Assert.That(nodes, Has.Length.EqualTo(2));
        foreach (var node in nodes.Select(Services.Map))
        {
            Assert.That(node.Text("user"), Is.EqualTo($"{User}:{User}"));
            Assert.That(node.Map("environment").Text("Secrets__Folder"), Is.EqualTo("/run/secrets"));
            Assert.That(node.Map("environment").Children.Values.Select(value => value.ToString()), Has.None.Contains("Password"));
            Assert.That(node.Sequence("secrets"), Is.SubsetOf(secrets.Children.Keys.Select(key => key.ToString())));
        }

        foreach (var (name, secret) in secrets.Children)
        {
            Assert.That(((YamlMappingNode)secret).Text("file"), Is.EqualTo($"./secrets/{name}"));
            Assert.That(script, Does.Contain($" > {name}\n"));
        }
    }

    [Test]
    public void Nginx_ForStreams_HoldsNothingBackAndRepeatsNoCall()
    {
        var text = File.ReadAllText(PathOf("nginx.conf"));

        Assert.That(text, Does.Contain("proxy_buffering off;").And.Contain("proxy_http_version 1.1;").And.Contain("proxy_next_upstream error timeout;"));
        Assert.That(text, Does.Not.Contain("non_idempotent"));
        foreach (var node in ServiceNames.Where(name => name.StartsWith("api-", StringComparison.Ordinal)))
            Assert.That(text, Does.Contain($"server {node}:8003;"));
    }

    [TestCaseSource(nameof(Manifests))]
    public void Manifest_Always_CanBeRead(string file) => Assert.That(Load($"kubernetes/{file}").Children, Is.Not.Empty);

    [Test]
    public void Kustomization_OfItsResources_HasEach() =>
        Assert.That(Load("kubernetes/kustomization.yaml").Sequence("resources").Where(file => !File.Exists(PathOf($"kubernetes/{file}"))), Is.Empty);

    [Test]
    public void Deployment_Always_IsRestrictedProbedAndEndsGracefully()
    {
        var pod = Load("kubernetes/deployment.yaml").Map("spec").Map("template").Map("spec");
        var container = (YamlMappingNode)((YamlSequenceNode)pod.Children["containers"]).Single();

        Assert.That(pod.Map("securityContext").Text("runAsNonRoot"), Is.EqualTo("true"));
        Assert.That(pod.Map("securityContext").Text("runAsUser"), Is.EqualTo(User));
        Assert.That(container.Map("securityContext").Text("readOnlyRootFilesystem"), Is.EqualTo("true"));
        Assert.That(container.Map("securityContext").Text("allowPrivilegeEscalation"), Is.EqualTo("false"));
        Assert.That(container.Text("image"), Does.Match(@":\d+\.\d+\.\d+$"));
        Assert.That(container.Map("startupProbe").Map("httpGet").Text("path"), Is.EqualTo("/health/ready"));
        Assert.That(container.Map("readinessProbe").Map("httpGet").Text("path"), Is.EqualTo("/health/ready"));
        Assert.That(container.Map("livenessProbe").Map("httpGet").Text("path"), Is.EqualTo("/health"));

        // The host gives requests under way 30 s; see Service.
        var pause = int.Parse(container.Map("lifecycle").Map("preStop").Map("sleep").Text("seconds"));
        Assert.That(int.Parse(pod.Text("terminationGracePeriodSeconds")), Is.GreaterThan(pause + 30));
    }

    [Test]
    public void Autoscaler_ByTheServicesMetric_AsksTheAdapterForIt()
    {
        var metric = (YamlMappingNode)((YamlSequenceNode)Load("kubernetes/autoscaler.yaml").Map("spec").Children["metrics"]).Single();
        var adapter = File.ReadAllText(PathOf("kubernetes/prometheus-adapter.yaml"));

        Assert.That(adapter, Does.Contain($"as: {metric.Map("pods").Map("metric").Text("name")} "));
        Assert.That(adapter, Does.Contain("saasllm_http_request_duration_seconds_count"));
        Assert.That(Load("kubernetes/disruption-budget.yaml").Map("spec").Text("maxUnavailable"), Is.EqualTo("1"));
    }

    [Test]
    public void Railway_Always_BuildsTheDockerfileAndAsksWhetherItIsReady()
    {
        var railway = JsonElement.Parse(File.ReadAllText(PathOf("railway.json")));

        Assert.That(File.Exists(Path.Combine(Codebase.Root, railway.GetProperty("build").GetProperty("dockerfilePath").GetString()!)));
        Assert.That(railway.GetProperty("deploy").GetProperty("healthcheckPath").GetString(), Is.EqualTo("/health/ready"));
    }

    private static string PathOf(string file) => Path.Combine(Codebase.Root, "docker", file);

    private static YamlMappingNode Load(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(PathOf(file))));
        return (YamlMappingNode)stream.Documents.Single().RootNode;
    }

    [GeneratedRegex(@"^FROM (?<image>\S+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex From();

    [GeneratedRegex(@"^COPY (?!--from)(?<sources>.+) \S+$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Copy();
}

internal static class YamlNodes
{
    public static YamlMappingNode Map(this YamlMappingNode node, string key) => (YamlMappingNode)node.Children[key];

    public static string Text(this YamlMappingNode node, string key) => ((YamlScalarNode)node.Children[key]).Value!;

    public static string[] Sequence(this YamlMappingNode node, string key) => [.. ((YamlSequenceNode)node.Children[key]).Select(item => item.ToString())];
}
