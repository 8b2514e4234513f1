using System.Buffers;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>A stream of a response's events, made of a chat's chunks. Its last event tells the end: the form has no <c>[DONE]</c>.</summary>
internal sealed class ResponsesStream : IChatStreamWriter
{
    private readonly ResponseObject _response;
    private readonly ResponseEvents _events = new();
    private readonly ResponseOutput _items;
    private bool _begun;
    private string? _finishReason;

    public ResponsesStream(in AnswerHead head)
    {
        _response = new ResponseObject(head);
        _items = new ResponseOutput(head.CallId, _events);
    }

    public void WriteChunk(IBufferWriter<byte> output, ReadOnlySpan<byte> chunk)
    {
        Begin(output);
        var choice = ChatChoice.Read(chunk, "delta"u8);
        _finishReason = choice.FinishReason ?? _finishReason;
        if (!choice.Turn.IsEmpty)
            _items.Add(choice.Turn, choice.Logprobs);
    }

    public void WriteEnd(IBufferWriter<byte> output, in TokenUsage usage)
    {
        Begin(output);
        var reason = ResponsesAnswer.IncompleteReason(_finishReason);
        _items.End(whole: reason.IsEmpty);
        _events.Begin(reason.IsEmpty ? "response.completed"u8 : "response.incomplete"u8);
        output.Write(",\"response\":"u8);
        _response.WriteEnded(output, _items, reason, usage);
        _events.End();
    }

    /// <summary>
    /// The error event has its members twice: as the form's documentation has them, and as an <c>error</c> object like OpenAI's own
    /// servers send it, by which its clients know to throw.
    /// </summary>
    public void WriteError(IBufferWriter<byte> output, Error error)
    {
        ArgumentNullException.ThrowIfNull(error);
        Begin(output);
        _events.Begin("error"u8);
        output.Write(","u8);
        WriteErrorMembers(output, error);
        output.Write(",\"error\":{\"type\":\"server_error\","u8);
        WriteErrorMembers(output, error);
        output.Write("}"u8);
        _events.End();

        _events.Begin("response.failed"u8);
        output.Write(",\"response\":"u8);
        _response.WriteFailed(output, error);
        _events.End();
    }

    private static void WriteErrorMembers(IBufferWriter<byte> output, Error error)
    {
        output.Write("\"code\":"u8);
        JsonText.WriteString(output, error.Code);
        output.Write(",\"message\":"u8);
        JsonText.WriteString(output, error.Message);
        output.Write(",\"param\":null"u8);
    }

    private void Begin(IBufferWriter<byte> output)
    {
        _events.Output = output;
        if (_begun)
            return;

        _begun = true;
        WriteRunning("response.created"u8);
        WriteRunning("response.in_progress"u8);
    }

    private void WriteRunning(ReadOnlySpan<byte> type)
    {
        _events.Begin(type);
        _events.Output.Write(",\"response\":"u8);
        _response.WriteRunning(_events.Output);
        _events.End();
    }
}
