namespace SaasLlm.Client;

public partial class LlmCallBody
{
    /// <summary>An empty request: it needs <see cref="Messages"/>.</summary>
    public LlmCallBody()
    {
    }

    /// <summary>A request with one message of the user.</summary>
    public LlmCallBody(string prompt) => Messages.Add(ChatMessage.User(prompt));

    /// <summary>A text is a request with it as the user's message.</summary>
    public static implicit operator LlmCallBody(string prompt) => new(prompt);
}

public partial class CreateAndCallBody
{
    /// <summary>An empty request: it needs <see cref="JobType"/> and <see cref="Messages"/>.</summary>
    public CreateAndCallBody()
    {
    }

    /// <summary>A request with one message of the user.</summary>
    public CreateAndCallBody(string jobType, string prompt)
    {
        JobType = jobType;
        Messages.Add(ChatMessage.User(prompt));
    }
}
