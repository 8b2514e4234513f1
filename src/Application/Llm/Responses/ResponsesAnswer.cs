using System.Buffers;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>A plain answer: one response object.</summary>
internal static class ResponsesAnswer
{
    public static void Write(IBufferWriter<byte> output, in AnswerHead head, ChatAnswer answer)
    {
        var choice = ChatChoice.Read(answer.Body.Span, "message"u8);
        var reason = IncompleteReason(choice.FinishReason);
        var items = new ResponseOutput(head.CallId, events: null);
        items.Add(choice.Turn, choice.Logprobs);
        items.End(whole: reason.IsEmpty);
        new ResponseObject(head).WriteEnded(output, items, reason, head.Usage);
    }

    /// <summary>Why an answer is not whole; empty where it is.</summary>
    public static ReadOnlySpan<byte> IncompleteReason(string? finishReason) => finishReason switch
    {
        "length" => "max_output_tokens"u8,
        "content_filter" => "content_filter"u8,
        _ => default,
    };
}
