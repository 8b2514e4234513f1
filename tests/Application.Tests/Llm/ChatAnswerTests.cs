using System.Text;
using SaasLlm.Application.Llm;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Tests.Llm;

internal sealed class ChatAnswerTests
{
    [Test]
    public void Scan_WhenComplete_FindsMessageChoicesAndUsage()
    {
        const string message = """{ "role":"assistant", "content":"h\u00e9 \"message\"", "tool_calls":[{"function":{"arguments":"{}"}}] }""";
        const string choices = $$$"""[ {"finish_reason":"tool_calls","message":{{{message}}},"index":0}, {"message":{"content":"zwei"}} ]""";
        var answer = Scan($$"""{"usage":{"prompt_tokens":5,"completion_tokens":3},"model":"secret","choices": {{choices}} }""")!;

        Assert.Multiple(() =>
        {
            Assert.That(Encoding.UTF8.GetString(answer.Message.Span), Is.EqualTo(message));
            Assert.That(Encoding.UTF8.GetString(answer.Choices.Span), Is.EqualTo(choices));
            Assert.That(answer.FinishReason, Is.EqualTo("tool_calls"));
            Assert.That(answer.ChoiceCount, Is.EqualTo(2));
            Assert.That(answer.Usage, Is.EqualTo(new TokenUsage(5, 3)));
            Assert.That(answer.TextBytes, Is.EqualTo(Encoding.UTF8.GetByteCount("hé \"message\"" + "{}" + "zwei")));
        });
    }

    [TestCase("")]
    [TestCase("<html>busy</html>")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("{\"choices\":[]}")]
    [TestCase("{\"choices\":null}")]
    [TestCase("{\"choices\":[{\"message\":null}]}")]
    [TestCase("{\"choices\":[{\"message\":{\"content\":\"x\"}}]")]
    [TestCase("{\"error\":{\"message\":\"overloaded\"}}")]
    public void Scan_WhenItIsNoCompletion_GivesNull(string body) => Assert.That(Scan(body), Is.Null);

    [TestCase("{\"prompt_tokens\":10,\"completion_tokens\":4,\"prompt_tokens_details\":{\"cached_tokens\":6},\"completion_tokens_details\":{\"reasoning_tokens\":3}}", 10, 4, 6, 3)]
    [TestCase("{\"prompt_tokens\":10,\"completion_tokens\":4,\"prompt_cache_hit_tokens\":8,\"prompt_cache_miss_tokens\":2}", 10, 4, 8, 0)]
    [TestCase("{\"prompt_tokens\":10,\"completion_tokens\":4,\"prompt_tokens_details\":{\"cached_tokens\":60}}", 10, 4, 10, 0)]
    [TestCase("{\"prompt_tokens\":-10,\"completion_tokens\":4}", 0, 4, 0, 0)]
    [TestCase("{\"prompt_tokens\":10.0,\"completion_tokens\":1e1}", 10, 10, 0, 0)]
    [TestCase("{\"prompt_tokens\":\"10\",\"completion_tokens\":4,\"prompt_tokens_details\":null,\"completion_tokens_details\":[]}", 0, 4, 0, 0)]
    [TestCase("{\"prompt_tokens\":9e99,\"completion_tokens\":4,\"cost\":0.1}", 0, 4, 0, 0)]
    [TestCase("{\"prompt_tokens\":99999999999,\"completion_tokens\":99999999999}", int.MaxValue / 2, int.MaxValue / 2, 0, 0)]
    [TestCase("{\"prompt_tokens\":10,\"completion_tokens\":4,\"total_tokens\":34,\"completion_tokens_details\":{\"reasoning_tokens\":20}}", 10, 24, 0, 20)]
    [TestCase("{\"prompt_tokens\":10,\"completion_tokens\":4,\"total_tokens\":14,\"completion_tokens_details\":{\"reasoning_tokens\":20}}", 10, 4, 0, 4)]
    [TestCase("{\"input_tokens\":10,\"output_tokens\":4}", 10, 4, 0, 0)]
    public void Scan_WhenUsageIsReported_ReadsAndMendsIt(string usage, int prompt, int completion, int cached, int reasoning) =>
        Assert.That(
            Scan($$$"""{"choices":[{"message":{}}],"usage":{{{usage}}}}""")!.Usage,
            Is.EqualTo(new TokenUsage(prompt, completion, cached, reasoning)));

    [TestCase("null")]
    [TestCase("{}")]
    [TestCase("7")]
    [TestCase("{\"prompt_tokens\":0,\"completion_tokens\":0}")]
    public void Scan_WhenNothingIsCounted_ReportsNoUsage(string usage) =>
        Assert.That(Scan($$$"""{"choices":[{"message":{}}],"usage":{{{usage}}}}""")!.Usage, Is.Null);

    private static ChatAnswer? Scan(string body) => ChatAnswer.Scan(Encoding.UTF8.GetBytes(body));
}
