namespace SaasLlm.Application.Llm;

/// <summary>What is asked of a model.</summary>
public enum UpstreamOperation
{
    Chat,
    Embeddings,
    ImageGenerations,
}
