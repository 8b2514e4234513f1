using System.Buffers;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm.Responses;

/// <summary>OpenAI's Responses API, stateless: every request holds its whole conversation, and no response is kept.</summary>
public sealed class ResponsesSurface : IChatSurface
{
    public static ResponsesSurface Instance { get; } = new();

    public Result<ReadOnlyMemory<byte>> ToChat(ReadOnlyMemory<byte> body) => ResponsesRequest.ToChat(body);

    public void WriteAnswer(IBufferWriter<byte> output, in AnswerHead head, ChatAnswer answer) => ResponsesAnswer.Write(output, head, answer);

    public IChatStreamWriter OpenStream(in AnswerHead head) => new ResponsesStream(head);
}
