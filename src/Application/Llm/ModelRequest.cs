using System.Buffers;

namespace SaasLlm.Application.Llm;

/// <summary>A request to a model as it came in: the raw JSON, scanned once. What this service does not read itself passes through untouched.</summary>
public abstract class ModelRequest
{
    private readonly ByteRange[] _passedOn;

    private protected ModelRequest(ReadOnlyMemory<byte> body, ByteRange[] passedOn)
    {
        Body = body;
        _passedOn = passedOn;
    }

    public abstract UpstreamOperation Operation { get; }

    /// <summary>The caller's JSON, whole.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The model alias asked for; null where a group serves, or any that fits.</summary>
    public string? Model { get; private protected init; }

    /// <summary>What it wants of the model that serves it.</summary>
    public CallIntent Intent { get; private protected init; }

    /// <summary>
    /// UTF-8 bytes of what the model is to read (of a chat the messages, tools and response format): the base of a prompt estimate.
    /// Pictures sent inline count as <see cref="ChatRequestScan.InlineDataBytes"/> each, since no model bills them by the length of
    /// their base64, and tokens as <see cref="TokenEstimate.BytesPerToken"/>.
    /// </summary>
    public int PromptBytes { get; private protected init; }

    /// <summary>Tokens that the answer may have; null: the request sets no limit.</summary>
    public int? MaxTokens { get; private protected set; }

    /// <summary>The members that go upstream as they are.</summary>
    private protected ReadOnlySpan<ByteRange> PassedOn => _passedOn;

    /// <summary>The request as it goes upstream: the caller's members byte for byte without this service's own, with the upstream's name of the model.</summary>
    /// <param name="stream">True where the answer is to be streamed, which only a chat's can be.</param>
    public abstract void WriteUpstreamBody(IBufferWriter<byte> output, string upstreamModel, bool stream);

    /// <summary>Writes the object without its end.</summary>
    private protected void WriteMembers(IBufferWriter<byte> output, string upstreamModel)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(upstreamModel);
        var body = Body.Span;
        output.Write("{\"model\":"u8);
        JsonText.WriteString(output, upstreamModel);
        foreach (var member in _passedOn)
        {
            output.Write(","u8);
            output.Write(member.In(body));
        }
    }
}
