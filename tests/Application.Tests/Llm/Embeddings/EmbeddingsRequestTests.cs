using System.Buffers;
using System.Text;
using SaasLlm.Application.Llm.Embeddings;
using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Tests.Llm.Embeddings;

internal sealed class EmbeddingsRequestTests
{
    [Test]
    public void WriteUpstreamBody_WhenEverythingIsGiven_KeepsAllButThisServicesOwn()
    {
        var request = Parse("""{ "power_level":"eco", "input": ["h\u00e9", "b"], "mod\u0065l":"small","dimensions": 8,"privacy_required":true,"encoding_format":"base64","user":"u","task_type":"rag","later": {"a":[1.0]} }""").Value;
        var output = new ArrayBufferWriter<byte>();
        request.WriteUpstreamBody(output, "up/stream", stream: false);

        Assert.That(
            Encoding.UTF8.GetString(output.WrittenSpan),
            Is.EqualTo("""{"model":"up/stream","input": ["h\u00e9", "b"],"dimensions": 8,"encoding_format":"base64","user":"u","later": {"a":[1.0]}}"""));
        Assert.That((request.Model, request.MaxTokens), Is.EqualTo(("small", 0)));
        Assert.That((request.Intent.Power, request.Intent.TaskType, request.Intent.PrivacyRequired), Is.EqualTo((PowerLevel.Eco, "rag", true)));
    }

    [TestCase("""{"input":"four"}""", 4)]
    [TestCase("""{"input":["four","fiver"]}""", 9)]
    [TestCase("""{"input":[1,2,3]}""", 12)]
    [TestCase("""{"input":[[1,2],[3]],"model":null,"dimensions":null,"encoding_format":null}""", 12)]
    public void Parse_WhenTheInputIsGood_CountsItsBytes(string body, int bytes) => Assert.That(Parse(body).Value.PromptBytes, Is.EqualTo(bytes));

    [TestCase("""{"model":"m"}""", "input")]
    [TestCase("""{"input":null}""", "input")]
    [TestCase("""{"input":""}""", "input")]
    [TestCase("""{"input":[]}""", "input")]
    [TestCase("""{"input":{}}""", "input")]
    [TestCase("""{"input":7}""", "input")]
    [TestCase("""{"input":[true]}""", "input")]
    [TestCase("""{"input":["a",""]}""", "input[1]")]
    [TestCase("""{"input":["a",1]}""", "input[1]")]
    [TestCase("""{"input":[1,-1]}""", "input[1]")]
    [TestCase("""{"input":[1.5]}""", "input[0]")]
    [TestCase("""{"input":[[]]}""", "input[0]")]
    [TestCase("""{"input":[[1],["a"]]}""", "input[1][0]")]
    [TestCase("""{"input":"a","input":"b"}""", "input")]
    [TestCase("""{"input":"a","model":"a","model":"b"}""", "model")]
    [TestCase("""{"input":"a","model":""}""", "model")]
    [TestCase("""{"input":"a","model":["m"]}""", "model")]
    [TestCase("""{"input":"a","dimensions":0}""", "dimensions")]
    [TestCase("""{"input":"a","dimensions":"8"}""", "dimensions")]
    [TestCase("""{"input":"a","encoding_format":"hex"}""", "encoding_format")]
    [TestCase("""{"input":"a","user":1}""", "user")]
    [TestCase("""{"input":"a","power_level":"max"}""", "power_level")]
    [TestCase("""{"input":"a","task_type":"x"}""", "task_type")]
    [TestCase("""{"input":"a","privacy_required":"yes"}""", "privacy_required")]
    public void Parse_WhenAMemberIsWrong_NamesIt(string body, string field)
    {
        var error = Parse(body).Error;

        Assert.That((error?.Kind, error?.Fields?.Keys.Single()), Is.EqualTo((ErrorKind.Validation, field)));
    }

    [TestCase(2048, true)]
    [TestCase(2049, false)]
    public void Parse_WhenThereAreManyInputs_TakesAsManyAsOpenAiDoes(int count, bool good) =>
        Assert.That(Parse($$"""{"input":[{{string.Join(',', Enumerable.Repeat("\"a\"", count))}}]}""").IsSuccess, Is.EqualTo(good));

    [Test]
    public void Parse_WhenOneTextIsOfManyTokens_IsOneInput() =>
        Assert.That(Parse($$"""{"input":[{{string.Join(',', Enumerable.Repeat("1", 3000))}}]}""").IsSuccess, Is.True);

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("""{"input":"a"}x""")]
    [TestCase("""{"input":[1,""")]
    [TestCase("""{"input":"a","dimensions":0""")]
    public void Parse_WhenTheBodyIsNoObject_IsMalformed(string body) => Assert.That(Parse(body).Error!.Kind, Is.EqualTo(ErrorKind.Malformed));

    [Test]
    public void Parse_WhenTheBodyIsNoUtf8_IsMalformed() =>
        Assert.That(EmbeddingsRequest.Parse(new byte[] { (byte)'{', 0xff, (byte)'}' }).Error!.Kind, Is.EqualTo(ErrorKind.Malformed));

    private static Result<EmbeddingsRequest> Parse(string body) => EmbeddingsRequest.Parse(Encoding.UTF8.GetBytes(body));
}
