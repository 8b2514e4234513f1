using System.Buffers;
using System.Text;
using SaasLlm.Application.Llm.Images;
using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Tests.Llm.Images;

internal sealed class ImageAnswerTests
{
    [Test]
    public void Write_WhenTheUpstreamTellsWhoItIs_KeepsOnlyWhatIsStandard()
    {
        var answer = Scan("""
            {"id":"x","created":17,"data":[{"b64_json":"AA=="},{"url":"https://a","revised_prompt":"p"}],"size":"1024x1024","model":"secret",
             "usage":{"cost":1,"input_tokens":7,"output_tokens":20,"total_tokens":27,"input_tokens_details":{"text_tokens":7,"image_tokens":0}},"quality":"low"}
            """)!;

        Assert.That(Write(answer), Is.EqualTo(
            """{"created":17,"data":[{"b64_json":"AA=="},{"url":"https://a","revised_prompt":"p"}],"size":"1024x1024",""" +
            "\"usage\":{\"input_tokens\":7,\"output_tokens\":20,\"total_tokens\":27,\"input_tokens_details\":{\"text_tokens\":7,\"image_tokens\":0}},\"quality\":\"low\"}"));
        Assert.That((answer.Usage, answer.Images), Is.EqualTo(((TokenUsage?)new TokenUsage(7, 20), 2)));
    }

    [TestCase("""{"provider":"x","usage":null,"data":[]}""", """{"usage":null,"data":[]}""")]
    [TestCase("""{"usage":{"cost":1},"data":[],"x":{"data":[1]}}""", """{"usage":{},"data":[]}""")]
    public void Write_WhenMembersAreLeftOut_StaysJson(string body, string expected) => Assert.That(Write(Scan(body)!), Is.EqualTo(expected));

    [Test]
    public void Scan_WhenInputWasReadFromTheCache_CountsIt() =>
        Assert.That(
            Scan("""{"data":[],"usage":{"input_tokens":7,"output_tokens":2,"input_tokens_details":{"cached_tokens":3}}}""")!.Usage,
            Is.EqualTo(new TokenUsage(7, 2, CachedTokens: 3)));

    [TestCase("<html>")]
    [TestCase("{}")]
    [TestCase("""{"data":null}""")]
    [TestCase("""{"data":[]}]""")]
    public void Scan_WhenItIsNoList_IsNoAnswer(string body) => Assert.That(Scan(body), Is.Null);

    private static string Write(ImageAnswer answer)
    {
        var output = new ArrayBufferWriter<byte>();
        answer.Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static ImageAnswer? Scan(string body) => ImageAnswer.Scan(Encoding.UTF8.GetBytes(body));
}
