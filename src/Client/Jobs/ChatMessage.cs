using System.Text.Json.Serialization;

namespace SaasLlm.Client;

/// <summary>One message of a conversation that is text. What else OpenAI's chat API takes may stand beside it in <see cref="LlmCallBody.Messages"/>.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">What is said.</param>
public sealed record ChatMessage([property: JsonPropertyName("role")] string Role, [property: JsonPropertyName("content")] string Content)
{
    /// <summary>How the model should behave.</summary>
    public static ChatMessage System(string content) => new("system", content);

    /// <summary>What the user says.</summary>
    public static ChatMessage User(string content) => new("user", content);

    /// <summary>What the model has said before.</summary>
    public static ChatMessage Assistant(string content) => new("assistant", content);
}
