using System.ComponentModel;
using System.Text.Json;
using SaasLlm.Application.Jobs;

namespace SaasLlm.Api.OpenApi;

// For the document only: answers are written from the upstream's bytes.

/// <summary>What a model call answers. It does not say which model or provider served it.</summary>
/// <param name="Status">How the job ended; only of create-and-call.</param>
/// <param name="Choices">All of them, where the request asked for several.</param>
/// <param name="Costs">What the job came to; only of create-and-call.</param>
internal sealed record LlmCallAnswer(
    Guid CallId,
    Guid JobId,
    LlmCallResponse Response,
    LlmCallMetadata Metadata,
    string? Status = null,
    IReadOnlyList<JsonElement>? Choices = null,
    JobTotals? Costs = null);

internal sealed record LlmCallResponse(
    string Role,
    string? Content,
    [property: Description("`stop`, `length`, `tool_calls` or `content_filter`.")] string? FinishReason,
    IReadOnlyList<JsonElement>? ToolCalls = null);

/// <param name="LatencyMs">Time to the whole answer, in milliseconds.</param>
/// <param name="ModelGroup">The group that served; null where a model was asked for by its alias.</param>
/// <param name="Cached">True where the answer came from a cache.</param>
internal sealed record LlmCallMetadata(int TokensUsed, int PromptTokens, int CompletionTokens, int LatencyMs, string? ModelGroup, bool Cached);
