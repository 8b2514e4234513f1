using System.Buffers;
using System.Text;
using SaasLlm.Application.Llm.Images;
using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Tests.Llm.Images;

internal sealed class ImageRequestTests
{
    [Test]
    public void WriteUpstreamBody_WhenEverythingIsGiven_KeepsAllButThisServicesOwn()
    {
        var request = Parse("""{"model":"dall-e","prompt":"a cat","n":2,"stream":false,"size":"1024x1024","quality":"hd","style":"vivid","response_format":"url","background":"auto","power_level":"precision"}""").Value;
        var output = new ArrayBufferWriter<byte>();
        request.WriteUpstreamBody(output, "dall-e-3", stream: false);

        Assert.That(
            Encoding.UTF8.GetString(output.WrittenSpan),
            Is.EqualTo("""{"model":"dall-e-3","prompt":"a cat","n":2,"size":"1024x1024","quality":"hd","style":"vivid","response_format":"url","background":"auto"}"""));
        Assert.That((request.Model, request.Images, request.PromptBytes, request.MaxTokens, request.Intent.Power), Is.EqualTo(("dall-e", 2, 5, default(int?), PowerLevel.Precision)));
    }

    [Test]
    public void Parse_WhenOnlyThePromptIsGiven_AsksForOnePicture() =>
        Assert.That(Parse("""{"prompt":"a cat","n":null,"stream":null,"size":null}""").Value.Images, Is.EqualTo(1));

    [TestCase("""{"model":"m"}""", "prompt")]
    [TestCase("""{"prompt":null}""", "prompt")]
    [TestCase("""{"prompt":""}""", "prompt")]
    [TestCase("""{"prompt":["a"]}""", "prompt")]
    [TestCase("""{"prompt":"a","n":0}""", "n")]
    [TestCase("""{"prompt":"a","n":11}""", "n")]
    [TestCase("""{"prompt":"a","n":1,"n":2}""", "n")]
    [TestCase("""{"prompt":"a","size":1024}""", "size")]
    [TestCase("""{"prompt":"a","quality":1}""", "quality")]
    [TestCase("""{"prompt":"a","style":1}""", "style")]
    [TestCase("""{"prompt":"a","user":1}""", "user")]
    [TestCase("""{"prompt":"a","response_format":"png"}""", "response_format")]
    [TestCase("""{"prompt":"a","stream":true}""", "stream")]
    [TestCase("""{"prompt":"a","model":1}""", "model")]
    public void Parse_WhenAMemberIsWrong_NamesIt(string body, string field)
    {
        var error = Parse(body).Error;

        Assert.That((error?.Kind, error?.Fields?.Keys.Single()), Is.EqualTo((ErrorKind.Validation, field)));
    }

    [TestCase("")]
    [TestCase("[]")]
    [TestCase("""{"prompt":"a"},""")]
    public void Parse_WhenTheBodyIsNoObject_IsMalformed(string body) => Assert.That(Parse(body).Error!.Kind, Is.EqualTo(ErrorKind.Malformed));

    private static Result<ImageRequest> Parse(string body) => ImageRequest.Parse(Encoding.UTF8.GetBytes(body));
}
