using System.Text;
using SaasLlm.Application.Llm;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Tests.Llm;

internal sealed class ChunkFactsTests
{
    [TestCase("{\"choices\":[{\"delta\":{\"content\":\"abc\"},\"finish_reason\":null}]}", 3, null)]
    [TestCase("{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}", 0, null)]
    [TestCase("{\"choices\":[{\"delta\":{\"content\":\"\\u00e9\\n\\ud83d\\ude00\\\"\\u4e2dx\"}}]}", 2 + 1 + 4 + 1 + 3 + 1, null)]
    [TestCase("{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\"\"}}]}}]}", 4, null)]
    [TestCase("{\"choices\":[{\"delta\":{\"reasoning\":\"abcd\",\"reasoning_details\":[{\"text\":\"abcd\"}],\"content\":\"e\"}}]}", 5, null)]
    [TestCase("{\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"ab\"}]}}]}", 2, null)]
    [TestCase("{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"},{\"delta\":{\"content\":\"x\"}}]}", 1, "length")]
    [TestCase("{\"choices\":[{\"finish_reason\":\"odd\"}]}", 0, "odd")]
    [TestCase("{\"choices\":[],\"x\":{\"delta\":{\"content\":\"abc\"},\"finish_reason\":\"stop\"}}", 0, null)]
    [TestCase("{\"choices\":null}", 0, null)]
    public void TryRead_WhenItIsAChunk_MeasuresTextAndFindsTheEnd(string chunk, int textBytes, string? finishReason)
    {
        Assert.That(ChunkFacts.TryRead(Encoding.UTF8.GetBytes(chunk), out var facts), Is.True);
        Assert.That((facts.TextBytes, facts.FinishReason, facts.IsError), Is.EqualTo((textBytes, finishReason, false)));
    }

    [TestCase("{\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":1},\"choices\":[]}", 2)]
    [TestCase("{\"usage\":null,\"x_groq\":{\"id\":\"a\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}}", 3)]
    public void TryRead_WhenUsageIsReported_ReadsIt(string chunk, int promptTokens)
    {
        Assert.That(ChunkFacts.TryRead(Encoding.UTF8.GetBytes(chunk), out var facts), Is.True);
        Assert.That(facts.Usage, Is.EqualTo(new TokenUsage(promptTokens, 1)));
    }

    [TestCase("{\"error\":{\"message\":\"x\"}}", true)]
    [TestCase("{\"error\":\"x\",\"choices\":[]}", true)]
    [TestCase("{\"error\":null,\"choices\":[]}", false)]
    public void TryRead_WhenThereIsAnErrorMember_TellsAReportFromAnEmptyOne(string chunk, bool isError)
    {
        Assert.That(ChunkFacts.TryRead(Encoding.UTF8.GetBytes(chunk), out var facts), Is.True);
        Assert.That(facts.IsError, Is.EqualTo(isError));
    }

    [TestCase("")]
    [TestCase("hello")]
    [TestCase("[]")]
    [TestCase("{\"choices\":[{\"delta\"")]
    [TestCase("{} {}")]
    public void TryRead_WhenItIsNotAJsonObject_SaysSo(string chunk) =>
        Assert.That(ChunkFacts.TryRead(Encoding.UTF8.GetBytes(chunk), out _), Is.False);
}
