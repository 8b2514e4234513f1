namespace SaasLlm.Infrastructure.Llm.Providers.Sandbox;

/// <summary>A schema whose smallest instance is larger than the sandbox makes: one request must not fill the memory.</summary>
internal sealed class SchemaTooLargeException : Exception;
