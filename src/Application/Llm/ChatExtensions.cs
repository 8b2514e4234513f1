namespace SaasLlm.Application.Llm;

/// <summary>Members of a chat request that are not OpenAI's: a provider gets those that it knows, for some refuse a request for one that they do not.</summary>
[Flags]
public enum ChatExtensions
{
    None = 0,

    /// <summary><c>top_k</c>.</summary>
    TopK = 1,

    /// <summary><c>thinking</c>.</summary>
    Thinking = 2,

    /// <summary>
    /// What carries Anthropic's form without loss: <c>cache_control</c> of the request, a message, a content part, a tool or a tool call;
    /// <c>thinking_blocks</c> of an assistant's message; <c>is_error</c> of a tool's; <c>output_config</c>.
    /// </summary>
    Anthropic = 4,

    All = TopK | Thinking | Anthropic,
}
