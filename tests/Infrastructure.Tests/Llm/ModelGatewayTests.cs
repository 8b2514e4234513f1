using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Llm.Embeddings;
using SaasLlm.Application.Llm.Images;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Llm;
using SaasLlm.Testing;

namespace SaasLlm.Infrastructure.Tests.Llm;

/// <summary>Embeddings and pictures through the gateway.</summary>
internal sealed class ModelGatewayTests
{
    private const string Vectors = """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]}],"model":"secret","usage":{"prompt_tokens":2,"total_tokens":2}}""";
    private const string Pictures = """{"created":1,"data":[{"b64_json":"AA=="}],"usage":{"input_tokens":3,"output_tokens":9,"total_tokens":12}}""";

    [Test]
    public async Task SendAsync_ForEmbeddings_AsksTheirRouteAndReadsTheirUsage()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Vectors));
        await using var bench = new GatewayBench();

        var reply = await SendAsync(bench, Embeddings("""{"model":"a","input":["x"],"dimensions":1}"""), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error, reply.Attempts, reply.Model!.Alias, reply.IsInvented), Is.EqualTo((default(Error), 1, "a", false)));
        Assert.That(reply.Answer, Is.TypeOf<EmbeddingsAnswer>());
        Assert.That(reply.Answer!.Usage, Is.EqualTo(new TokenUsage(2, 0)));
        var received = upstream.Received.Single();
        Assert.That((received.Path, received.Body), Is.EqualTo(("/v1/embeddings", """{"model":"upstream-a","input":["x"],"dimensions":1}""")));
        Assert.That(received.Headers["Authorization"], Is.EqualTo("Bearer " + GatewayBench.ApiKey));
    }

    [Test]
    public async Task SendAsync_ForPictures_AsksTheirRouteAndReadsTheirUsage()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Pictures));
        await using var bench = new GatewayBench();

        var reply = await SendAsync(bench, Images("""{"model":"a","prompt":"x"}"""), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error, ((ImageAnswer)reply.Answer!).Images, reply.Answer.Usage), Is.EqualTo((default(Error), 1, (TokenUsage?)new TokenUsage(3, 9))));
        Assert.That((upstream.Received.Single().Path, upstream.Received.Single().Body), Is.EqualTo(("/v1/images/generations", """{"model":"upstream-a","prompt":"x"}""")));
    }

    [Test]
    public async Task SendAsync_WhenTheUpstreamRecovers_RetriesUntilItAnswers()
    {
        // A chat's answer is none here.
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(500), UpstreamScript.Good(), UpstreamScript.Json(200, Vectors));
        await using var bench = new GatewayBench();

        var reply = await SendAsync(bench, Embeddings(), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error, reply.Attempts), Is.EqualTo((default(Error), 3)));
    }

    [Test]
    public async Task SendAsync_WhenAModelIsOut_FallsBackToTheNext()
    {
        await using var broken = await FakeUpstream.StartAsync(UpstreamScript.Error(404));
        await using var whole = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Vectors));
        await using var bench = new GatewayBench();

        var reply = await SendAsync(bench, Embeddings(), bench.Model("a", broken.ApiBase), bench.Model("b", whole.ApiBase));

        Assert.That((reply.Error, reply.Attempts, reply.Model!.Alias), Is.EqualTo((default(Error), 2, "b")));
    }

    [Test]
    public async Task SendAsync_WhenTheUpstreamRejectsTheRequest_TellsItsWords()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Error(400, message: "too many dimensions"));
        await using var bench = new GatewayBench();

        var reply = await SendAsync(bench, Embeddings(), bench.Model("a", upstream.ApiBase));

        Assert.That((reply.Error!.Kind, reply.Error.Message, reply.Answer), Is.EqualTo((ErrorKind.UpstreamRejected, "too many dimensions", default(ModelAnswer))));
    }

    [Test]
    public async Task SendAsync_WhenAProviderHasNoEmbeddings_PassesItOver()
    {
        await using var upstream = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Vectors));
        await using var bench = new GatewayBench();
        bench.Keys.ByProvider["anthropic"] = new ProviderKey("key", GatewayBench.ApiKey, upstream.ApiBase);
        var chatsOnly = GatewayBench.Model("claude", "anthropic");

        var alone = await SendAsync(bench, Embeddings(), chatsOnly);
        var helped = await SendAsync(bench, Embeddings(), chatsOnly, bench.Model("b", upstream.ApiBase));

        Assert.That((alone.Error!.Kind, alone.Attempts), Is.EqualTo((ErrorKind.UpstreamRejected, 0)));
        Assert.That((helped.Error, helped.Attempts, helped.Model!.Alias), Is.EqualTo((default(Error), 1, "b")));
    }

    [Test]
    public async Task SendAsync_WhenHedgingIsOn_AsksOneModelAllTheSame()
    {
        await using var slow = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Pictures).After(TimeSpan.FromMilliseconds(200)));
        await using var quick = await FakeUpstream.StartAsync(UpstreamScript.Json(200, Pictures));
        await using var bench = new GatewayBench();
        var targets = new RouteTargets([new(bench.Model("a", slow.ApiBase), 0, 1), new(bench.Model("b", quick.ApiBase), 1, 1)], hedgeAfterMs: 1);

        var reply = await bench.Gateway.SendAsync(Images("""{"prompt":"x"}"""), targets, new GatewayCredentials("org"), CancellationToken.None);

        Assert.That((reply.Model!.Alias, reply.Attempts, quick.Received.Count), Is.EqualTo(("a", 1, 0)));
    }

    [Test]
    public async Task SendAsync_WhenNobodyHasACredential_IsRefused()
    {
        await using var bench = new GatewayBench();

        var reply = await SendAsync(bench, Embeddings(), GatewayBench.Model("a"));

        Assert.That((reply.Error!.Code, reply.Attempts), Is.EqualTo(("no_credential", 0)));
    }

    [TestCase("""{"input":"hello"}""", 1, 1536)]
    [TestCase("""{"input":["hello","there"],"dimensions":3}""", 2, 3)]
    [TestCase("""{"input":[1,2,3],"dimensions":5}""", 1, 5)]
    [TestCase("""{"input":[[1],[2]],"dimensions":5}""", 2, 5)]
    public async Task SendAsync_ForEmbeddingsInTheSandbox_InventsUnitVectors(string body, int count, int dimensions)
    {
        await using var bench = new GatewayBench(environment: "Development");

        var first = await SandboxVectorsAsync(bench, body);
        var second = await SandboxVectorsAsync(bench, body);

        Assert.That(first.Select(vector => vector.Length), Is.EqualTo(Enumerable.Repeat(dimensions, count)));
        Assert.That(first.Select(vector => vector.Sum(value => value * value)), Is.All.EqualTo(1).Within(1e-4));
        Assert.That(second, Is.EqualTo(first));
        Assert.That(first.Select(vector => vector[0]).Distinct().Count(), Is.EqualTo(count));
    }

    [Test]
    public async Task SendAsync_ForEmbeddingsInBase64_InventsTheSameVector()
    {
        await using var bench = new GatewayBench(environment: "Development");

        var floats = await SandboxVectorsAsync(bench, """{"input":"hello","dimensions":4}""");
        using var json = await SandboxAsync(bench, Embeddings("""{"input":"hello","dimensions":4,"encoding_format":"base64"}"""));
        var bytes = json.RootElement.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();

        Assert.That(bytes, Has.Length.EqualTo(16));
        Assert.That(Enumerable.Range(0, 4).Select(i => BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * 4))), Is.EqualTo(floats[0]));
    }

    [TestCase("""{"prompt":"a cat"}""", 1, "b64_json")]
    [TestCase("""{"prompt":"a cat","n":3,"response_format":"url"}""", 3, "url")]
    public async Task SendAsync_ForPicturesInTheSandbox_InventsPngs(string body, int count, string member)
    {
        await using var bench = new GatewayBench(environment: "Development");

        using var json = await SandboxAsync(bench, Images(body));

        var pictures = json.RootElement.GetProperty("data").EnumerateArray().Select(item => item.GetProperty(member).GetString()!).ToList();
        Assert.That(pictures, Has.Count.EqualTo(count));
        Assert.That(
            pictures.Select(picture => Convert.FromBase64String(picture.Replace("data:image/png;base64,", string.Empty, StringComparison.Ordinal))[..8]),
            Is.All.EqualTo(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10 }));
        Assert.That(json.RootElement.GetProperty("usage").GetProperty("output_tokens").GetInt32(), Is.EqualTo(count * 272));
    }

    [Test]
    public async Task SendAsync_WhenTheSandboxIsAskedToFail_Fails()
    {
        await using var bench = new GatewayBench(environment: "Development");

        var embeddings = await SendAsync(bench, Embeddings("""{"input":"[[sandbox:error 400]]"}"""), GatewayBench.Model("a"));
        var pictures = await SendAsync(bench, Images("""{"prompt":"[[sandbox:error 404]]"}"""), GatewayBench.Model("a"));
        var large = await SendAsync(bench, Embeddings("""{"input":"x","dimensions":100000}"""), GatewayBench.Model("a"));

        Assert.That(
            (embeddings.Error?.Kind, pictures.Error?.Kind, large.Error?.Kind),
            Is.EqualTo(((ErrorKind?)ErrorKind.UpstreamRejected, (ErrorKind?)ErrorKind.UpstreamFailed, (ErrorKind?)ErrorKind.UpstreamRejected)));
    }

    [Test]
    public async Task SendAsync_WhenTheSandboxReportsNoUsage_HasNone()
    {
        await using var bench = new GatewayBench(environment: "Development");

        var embeddings = await SendAsync(bench, Embeddings("""{"input":"[[sandbox:no-usage]]"}"""), GatewayBench.Model("a"));
        var pictures = await SendAsync(bench, Images("""{"prompt":"[[sandbox:no-usage]]"}"""), GatewayBench.Model("a"));

        Assert.That((embeddings.Answer!.Usage, pictures.Answer!.Usage), Is.EqualTo((default(TokenUsage?), default(TokenUsage?))));
    }

    private static EmbeddingsRequest Embeddings(string body = """{"input":"x"}""") => EmbeddingsRequest.Parse(Encoding.UTF8.GetBytes(body)).Value;

    private static ImageRequest Images(string body) => ImageRequest.Parse(Encoding.UTF8.GetBytes(body)).Value;

    private static Task<ModelReply> SendAsync(GatewayBench bench, ModelRequest request, params CatalogModel[] targets) =>
        bench.Gateway.SendAsync(request, [.. targets], new GatewayCredentials("org"), CancellationToken.None);

    /// <summary>The sandbox's answer as the caller sees it.</summary>
    private static async Task<JsonDocument> SandboxAsync(GatewayBench bench, ModelRequest request)
    {
        var reply = await SendAsync(bench, request, GatewayBench.Model("a"));
        Assert.That((reply.Error, reply.IsInvented), Is.EqualTo((default(Error), true)));
        var output = new ArrayBufferWriter<byte>();
        if (reply.Answer is EmbeddingsAnswer embeddings)
            embeddings.Write(output, "a", embeddings.Usage!.Value);
        else
            ((ImageAnswer)reply.Answer!).Write(output);
        return JsonDocument.Parse(output.WrittenMemory);
    }

    private static async Task<List<float[]>> SandboxVectorsAsync(GatewayBench bench, string body)
    {
        using var json = await SandboxAsync(bench, Embeddings(body));
        return [.. json.RootElement.GetProperty("data").EnumerateArray()
            .Select(item => item.GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray())];
    }
}
