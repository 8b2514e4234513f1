namespace SaasLlm.Domain.Catalog;

/// <summary>Kinds of work that a model can be tagged as good at.</summary>
public static class TaskTypes
{
    /// <summary>All names, for messages.</summary>
    public const string Rule = "must be code, chat, rag or creative.";

    public static bool IsKnown(string? name) => name is "code" or "chat" or "rag" or "creative";
}
