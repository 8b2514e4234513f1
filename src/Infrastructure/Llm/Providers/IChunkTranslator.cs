using SaasLlm.Domain.Catalog;

namespace SaasLlm.Infrastructure.Llm.Providers;

/// <summary>Makes OpenAI's chunks of the events of one stream that speaks otherwise.</summary>
internal interface IChunkTranslator
{
    /// <summary>Takes the next event.</summary>
    /// <param name="data">The event's data.</param>
    /// <returns>The chunk that it makes, valid until the next call; empty where it makes none.</returns>
    /// <exception cref="System.Text.Json.JsonException">It is not JSON, or not of this form.</exception>
    ReadOnlyMemory<byte> Translate(ReadOnlySpan<byte> data);

    /// <summary>What is known of the usage so far, also where the stream breaks before it has said all; null: nothing.</summary>
    TokenUsage? Usage { get; }

    /// <summary>True after the event that ends a whole stream.</summary>
    bool IsDone { get; }
}
