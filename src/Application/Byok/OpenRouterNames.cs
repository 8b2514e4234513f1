using System.Text.RegularExpressions;
using SaasLlm.Application.Ports;

namespace SaasLlm.Application.Byok;

/// <summary>What OpenRouter calls the models of other providers: <c>vendor/model</c>, with names of its own for some.</summary>
public static partial class OpenRouterNames
{
    /// <summary>Null where OpenRouter does not have the model, or what it calls it does not follow from the name.</summary>
    public static string? Of(CatalogModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var name = model.UpstreamModel;
        return model.Provider switch
        {
            "openrouter" => name,

            // What answers with vectors or pictures it offers under other names, or not at all.
            _ when model.Mode != ModelMode.Chat => null,
            "openai" => "openai/" + name,
            "anthropic" => "anthropic/" + OfClaude(name),
            "gemini" or "google" => "google/" + name,
            "deepseek" => "deepseek/" + (name == "deepseek-reasoner" ? "deepseek-r1" : name),
            "mistral" => "mistralai/" + name,
            "xai" => "x-ai/" + name,
            "moonshot" => "moonshotai/" + name,
            "minimax" => "minimax/" + name,
            "zhipu" => "z-ai/" + name,
            "cohere" => "cohere/" + name,
            "perplexity" => "perplexity/" + name,

            // Hosts of open models name them each in its own way, and what runs on the operator's machines is nowhere else.
            _ => null,
        };
    }

    /// <summary><c>claude-sonnet-4-5-20250929</c> is <c>claude-sonnet-4.5</c>: without the date, and with a point in the version.</summary>
    private static string OfClaude(string name) => Version().Replace(Snapshot().Replace(name, string.Empty), "${major}.${minor}");

    [GeneratedRegex(@"-(?:latest|\d{8})$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Snapshot();

    [GeneratedRegex(@"(?<=-)(?<major>\d)-(?<minor>\d)(?=-|$)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
