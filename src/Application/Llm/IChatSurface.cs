using System.Buffers;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm;

/// <summary>
/// The form in which a route of the LLM API speaks. Inside, everything is OpenAI's chat completions: a surface translates at
/// the edge and nowhere else.
/// </summary>
public interface IChatSurface
{
    /// <summary>The caller's body as a chat completions body, with the model as the caller wrote it; or what is wrong with it.</summary>
    /// <param name="body">Must not change while the result is used.</param>
    Result<ReadOnlyMemory<byte>> ToChat(ReadOnlyMemory<byte> body);

    /// <summary>Writes the whole of a plain answer as JSON.</summary>
    void WriteAnswer(IBufferWriter<byte> output, in AnswerHead head, ChatAnswer answer);

    /// <summary>A writer for one stream.</summary>
    IChatStreamWriter OpenStream(in AnswerHead head);
}

/// <summary>Writes one stream as whole server-sent events, in the form of its surface. Not for several threads.</summary>
public interface IChatStreamWriter
{
    /// <param name="chunk">The JSON of one <c>chat.completion.chunk</c>, as the upstream sent it.</param>
    void WriteChunk(IBufferWriter<byte> output, ReadOnlySpan<byte> chunk);

    /// <summary>What follows the last chunk of a good end.</summary>
    void WriteEnd(IBufferWriter<byte> output, in TokenUsage usage);

    /// <summary>A fault in mid-stream: the last event.</summary>
    void WriteError(IBufferWriter<byte> output, Error error);
}

/// <summary>What an answer says of itself.</summary>
/// <param name="CallId">The call's id, of which the answer's is made.</param>
/// <param name="Model">The alias that served.</param>
/// <param name="CreatedAt">When the call came in.</param>
/// <param name="Usage">What is charged; of a stream it is not known yet.</param>
/// <param name="IncludeUsage">True where the caller of a stream asked for the usage.</param>
/// <param name="RequestBody">What the caller sent, for forms that echo parts of it.</param>
public readonly record struct AnswerHead(
    Guid CallId, string Model, DateTimeOffset CreatedAt, TokenUsage Usage, bool IncludeUsage, ReadOnlyMemory<byte> RequestBody);
