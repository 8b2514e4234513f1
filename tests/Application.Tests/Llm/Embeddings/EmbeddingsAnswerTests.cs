using System.Buffers;
using System.Text;
using SaasLlm.Application.Llm.Embeddings;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Tests.Llm.Embeddings;

internal sealed class EmbeddingsAnswerTests
{
    [Test]
    public void Write_WhenTheUpstreamTellsWhoItIs_KeepsOnlyWhatIsStandard()
    {
        var answer = Scan("""
            {"id":"x","provider":"Nebius","object":"list","data":[{"object":"embedding","index":0,"embedding":[0.10, -1e-3]}],
             "model":"secret","usage":{"prompt_tokens":5,"total_tokens":5,"cost":0.1}}
            """)!;
        var output = new ArrayBufferWriter<byte>();
        answer.Write(output, "my \"alias\"", answer.Usage!.Value);

        Assert.That(
            Encoding.UTF8.GetString(output.WrittenSpan),
            Is.EqualTo("""{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.10, -1e-3]}],"model":"my \"alias\"","usage":{"prompt_tokens":5,"total_tokens":5}}"""));
        Assert.That(answer.Usage, Is.EqualTo(new TokenUsage(5, 0)));
    }

    [Test]
    public void Scan_WhenNoUsageIsReported_HasNone() => Assert.That(Scan("""{"data":[]}""")!.Usage, Is.Null);

    [TestCase("<html>")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"data":{}}""")]
    [TestCase("""{"error":{"message":"no"}}""")]
    [TestCase("""{"data":[]""")]
    public void Scan_WhenItIsNoList_IsNoAnswer(string body) => Assert.That(Scan(body), Is.Null);

    private static EmbeddingsAnswer? Scan(string body) => EmbeddingsAnswer.Scan(Encoding.UTF8.GetBytes(body));
}
