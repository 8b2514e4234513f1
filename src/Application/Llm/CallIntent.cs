using SaasLlm.Domain.Metering;

namespace SaasLlm.Application.Llm;

/// <summary>What a request wants of the model that serves it, besides an answer.</summary>
public readonly record struct CallIntent
{
    /// <summary>Null where the caller did not say.</summary>
    public PowerLevel? Power { get; init; }

    /// <summary>One of <see cref="Domain.Catalog.TaskTypes"/>; null where the caller did not say.</summary>
    public string? TaskType { get; init; }

    /// <summary>True: only a model whose data stays on the operator's machines may serve.</summary>
    public bool PrivacyRequired { get; init; }

    /// <summary>What the request itself needs a model to be able to do.</summary>
    public ModelNeeds Needs { get; init; }
}

/// <summary>Abilities that a request takes for granted; each is the capability of the same name in the catalogue.</summary>
[Flags]
public enum ModelNeeds
{
    None = 0,

    /// <summary><c>tools</c></summary>
    Tools = 1,

    /// <summary><c>vision</c></summary>
    Vision = 2,

    /// <summary><c>json_schema</c></summary>
    JsonSchema = 4,
}
