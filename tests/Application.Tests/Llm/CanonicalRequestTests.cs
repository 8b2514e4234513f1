using System.Buffers;
using System.Text;
using SaasLlm.Application.Llm;

namespace SaasLlm.Application.Tests.Llm;

/// <summary>Which spellings are one request, and which requests must never be taken for one another.</summary>
internal sealed class CanonicalRequestTests
{
    private const string Message = "{\"role\":\"user\",\"content\":\"hi\"}";

    [TestCase("{\"messages\":[M],\"seed\":1}", "{\"seed\":1,\"messages\":[M]}", TestName = "members in another order")]
    [TestCase("{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", "{\"messages\":[{\"content\":\"hi\",\"role\":\"user\"}]}", TestName = "nested members in another order")]
    [TestCase("{\"messages\":[M],\"x\":[1,{\"a\":{},\"b\":[]}]}", " {\n\"messages\" : [ M ]\t,\r\n \"x\" : [ 1 , { \"b\" : [ ] , \"a\" : { } } ] } ", TestName = "white space")]
    [TestCase("{\"messages\":[{\"role\":\"user\",\"content\":\"Aé😀/\\\"\\n\"}]}", "{\"mess\\u0061ges\":[{\"r\\u006fle\":\"\\u0075ser\",\"content\":\"\\u0041\\u00e9\\uD83D\\ude00\\/\\u0022\\u000A\"}]}", TestName = "escapes")]
    [TestCase("{\"messages\":[M],\"é\":1,\"z\":2}", "{\"messages\":[M],\"z\":2,\"\\u00E9\":1}", TestName = "escaped names")]
    [TestCase("{\"messages\":[M],\"purpose\":\"a\",\"model_group\":\"g\",\"cache\":{\"ttl\":5},\"team_id\":\"t\",\"job_type\":\"j\",\"max_calls\":3}", "{\"messages\":[M],\"model\":\"m\"}", TestName = "members of this service")]
    [TestCase("{\"messages\":[M],\"stream\":true,\"stream_options\":{\"include_usage\":true}}", "{\"messages\":[M]}", TestName = "stream options of a plain call")]
    public void TryWrite_OfTheSameRequest_IsTheSame(string left, string right) => Assert.That(Canonical(left), Is.EqualTo(Canonical(right)));

    [TestCase("1", "1.0")]
    [TestCase("1", "1e0")]
    [TestCase("1", "10e-1")]
    [TestCase("1", "0.01E+2")]
    [TestCase("100", "1e2")]
    [TestCase("0.7", "0.70")]
    [TestCase("0.7", "7e-1")]
    [TestCase("0", "-0")]
    [TestCase("0", "0.000")]
    [TestCase("0", "0e99")]
    [TestCase("-12.50", "-1.25E1")]
    [TestCase("1e400", "10e399")]
    public void TryWrite_OfEqualNumbers_IsTheSame(string left, string right) => Assert.That(OfSeed(left), Is.EqualTo(OfSeed(right)));

    [TestCase("1", "-1")]
    [TestCase("1", "10")]
    [TestCase("1", "1.0000000000000000000001")]
    [TestCase("9007199254740992", "9007199254740993")]
    [TestCase("1e400", "1e401")]
    [TestCase("1e9999999999", "2e9999999999")]
    [TestCase("1", "\"1\"")]
    [TestCase("1", "true")]
    [TestCase("1", "null")]
    [TestCase("null", "false")]
    [TestCase("[]", "{}")]
    [TestCase("[]", "null")]
    [TestCase("[[1],2]", "[1,[2]]")]
    [TestCase("[1,2]", "[2,1]")]
    [TestCase("[1,2]", "[12]")]
    [TestCase("\"a\"", "\"A\"")]
    [TestCase("\"a\"", "\"a \"")]
    [TestCase("\"é\"", "\"e\\u0301\"")]
    [TestCase("\"\\ud800\"", "\"\\ufffd\"")]
    [TestCase("\"\\ud800\"", "\"\\ud801\"")]
    [TestCase("\"s\\u0000\"", "\"s\"")]
    [TestCase("{\"a\":1,\"a\":2}", "{\"a\":2,\"a\":1}")]
    [TestCase("{\"a\":1,\"a\":2}", "{\"a\":2}")]
    [TestCase("{\"a\":1,\"a\":2}", "{\"a\":1}")]
    [TestCase("{\"a\":{\"b\":1}}", "{\"a\":1,\"b\":1}")]
    [TestCase("{\"a\":{},\"b\":1}", "{\"a\":{\"b\":1}}")]
    [TestCase("{\"a\":\"b\",\"c\":\"d\"}", "{\"a\":\"d\",\"c\":\"b\"}")]
    public void TryWrite_OfOtherValues_Differs(string left, string right) => Assert.That(OfSeed(left), Is.Not.EqualTo(OfSeed(right)));

    [TestCase("{\"messages\":[M]}", "{\"messages\":[M,M]}")]
    [TestCase("{\"messages\":[M]}", "{\"messages\":[M],\"temperature\":0}")]
    [TestCase("{\"messages\":[M]}", "{\"messages\":[M],\"temperature\":null}")]
    [TestCase("{\"messages\":[M],\"user\":\"a\"}", "{\"messages\":[M],\"user\":\"b\"}")]
    [TestCase("{\"messages\":[M],\"x\":{\"cache\":1}}", "{\"messages\":[M],\"x\":{}}")]
    [TestCase("{\"messages\":[M],\"metadata\":{\"purpose\":\"a\"}}", "{\"messages\":[M],\"metadata\":{\"purpose\":\"b\"}}")]
    [TestCase("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}]}", "{\"messages\":[{\"role\":\"user\",\"content\":\"b\"},{\"role\":\"user\",\"content\":\"a\"}]}")]
    public void TryWrite_OfOtherRequests_Differs(string left, string right) => Assert.That(Canonical(left), Is.Not.EqualTo(Canonical(right)));

    [TestCase("{\"include_usage\":true}", "null", true)]
    [TestCase("{\"include_usage\":true}", "{}", true)]
    [TestCase("{\"include_usage\":true}", "{\"include_usage\":false}", true)]
    [TestCase("{\"include_obfuscation\":false}", "{}", false)]
    [TestCase("{\"include_usage\":true,\"include_obfuscation\":false}", "{\"include_obfuscation\":false}", true)]
    public void TryWrite_OfAStream_LooksAtWhatItsOptionsAskTheModelFor(string left, string right, bool same)
    {
        var (first, second) = (WithOptions(left), WithOptions(right));

        Assert.That(first == second, Is.EqualTo(same));

        static string WithOptions(string options) => Canonical($$"""{"stream_options":{{options}},"messages":[M],"tools":[]}""", stream: true);
    }

    [Test]
    public void TryWrite_OfALargeRequest_SortsAllOfIt()
    {
        var members = Enumerable.Range(0, 20_000).Select(index => $"\"name{index}\":{{\"b\":\"{new string('x', 20)}\",\"a\":{index}}}").ToArray();
        var forward = "{\"messages\":[M]," + string.Join(',', members) + "}";
        var backward = "{" + string.Join(',', members.Reverse()) + ",\"messages\":[M]}";

        Assert.That(Canonical(forward), Is.EqualTo(Canonical(backward)));
    }

    [Test]
    public void TryWrite_OfTooManyValues_GivesUp()
    {
        var body = "{\"messages\":[" + Message + "],\"x\":[" + string.Join(',', Enumerable.Repeat("1", CanonicalRequest.MaxNodes)) + "]}";

        Assert.That(ChatRequest.Parse(Encoding.UTF8.GetBytes(body)).Value.TryWriteCanonical(new ArrayBufferWriter<byte>(), stream: false), Is.False);
    }

    [Test]
    public void TryWrite_OfTheDeepestNesting_Works()
    {
        var depth = ChatRequest.MaxDepth - 1;
        var deep = string.Concat(Enumerable.Repeat("{\"b\":0,\"a\":", depth)) + "1" + new string('}', depth);
        var turned = string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + string.Concat(Enumerable.Repeat(",\"b\":0}", depth));

        Assert.That(OfSeed(deep), Is.EqualTo(OfSeed(turned)));
    }

    /// <summary>Under a name that no rule looks at.</summary>
    private static string OfSeed(string value) => Canonical("{\"messages\":[M],\"anything\":" + value + "}");

    private static string Canonical(string body, bool stream = false)
    {
        var request = ChatRequest.Parse(Encoding.UTF8.GetBytes(body.Replace("[M", "[" + Message, StringComparison.Ordinal).Replace(",M", "," + Message, StringComparison.Ordinal).Replace(" M", Message, StringComparison.Ordinal)));
        Assert.That(request.Error, Is.Null);
        var output = new ArrayBufferWriter<byte>();
        Assert.That(request.Value.TryWriteCanonical(output, stream), Is.True);
        return Convert.ToHexString(output.WrittenSpan);
    }
}
