using SaasLlm.Domain.Catalog;

namespace SaasLlm.Application.Llm;

/// <summary>An upstream's plain answer: the raw JSON, scanned once for what is metered.</summary>
public abstract class ModelAnswer
{
    private protected ModelAnswer(ReadOnlyMemory<byte> body) => Body = body;

    /// <summary>The upstream's JSON, whole.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>What the upstream reported; null where it reported none.</summary>
    public TokenUsage? Usage { get; private protected set; }
}
