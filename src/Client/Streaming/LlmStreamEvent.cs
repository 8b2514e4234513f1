namespace SaasLlm.Client;

/// <summary>What comes of a streamed call: pieces of text or of tool calls, then one <see cref="LlmStreamEnd"/>.</summary>
public abstract record LlmStreamEvent;

/// <param name="Text">What the model has said since the last one.</param>
/// <param name="Choice">Which of several answers it belongs to, where the request asked for several (<c>n</c>).</param>
public sealed record LlmTextDelta(string Text, int Choice = 0) : LlmStreamEvent;

/// <param name="Index">Which of the answer's tool calls it belongs to.</param>
/// <param name="Id">The call's id; with its first piece.</param>
/// <param name="Name">The function; with its first piece.</param>
/// <param name="Arguments">A piece of the arguments, which are JSON when put together.</param>
/// <param name="Choice">Which of several answers it belongs to.</param>
public sealed record LlmToolCallDelta(int Index, string? Id, string? Name, string Arguments, int Choice = 0) : LlmStreamEvent;

/// <summary>The answer is whole and the call on record.</summary>
/// <param name="FinishReason"><c>stop</c>, <c>length</c>, <c>tool_calls</c> or <c>content_filter</c>.</param>
/// <param name="Usage">What the call used.</param>
/// <param name="JobId">The job, also where the call made it.</param>
public sealed record LlmStreamEnd(string? FinishReason, LlmUsage? Usage, Guid? JobId) : LlmStreamEvent;

/// <summary>Tokens of one call.</summary>
public sealed record LlmUsage(int PromptTokens, int CompletionTokens)
{
    /// <summary>Both together.</summary>
    public int TotalTokens => PromptTokens + CompletionTokens;
}
