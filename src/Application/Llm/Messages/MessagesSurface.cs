using System.Buffers;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm.Messages;

/// <summary>Anthropic's Messages API, without what it keeps or does on its own servers (files, containers, server tools).</summary>
public sealed class MessagesSurface : IChatSurface
{
    public Result<ReadOnlyMemory<byte>> ToChat(ReadOnlyMemory<byte> body) => MessagesRequest.ToChat(body);

    public void WriteAnswer(IBufferWriter<byte> output, in AnswerHead head, ChatAnswer answer) => MessagesAnswer.Write(output, head, answer);

    public IChatStreamWriter OpenStream(in AnswerHead head) => new MessagesStream(head);
}
