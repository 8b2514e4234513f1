using System.Globalization;
using SaasLlm.Application.Catalog.Models;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Import;

/// <summary>
/// Makes a model of each deployment. What an operator made or changed is left alone; a built-in model takes on what the file says
/// of it, and is the operator's from then on.
/// </summary>
internal sealed class ModelPlanner(ImportState state)
{
    private readonly Dictionary<string, (string Provider, string UpstreamModel)> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PlannedModel> _planned = new(StringComparer.Ordinal);

    public IReadOnlyList<PlannedModel> Planned => [.. _planned.Values];

    /// <summary>A name as models and groups may have it.</summary>
    public static string NameOf(string theirs)
    {
        var name = string.Concat(theirs.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or ':' or '@' or '-' ? c : '-'));
        return name.Length > Identifiers.MaxLength ? name[..Identifiers.MaxLength] : name;
    }

    /// <summary>Our provider of a model that is known here.</summary>
    public string? ProviderOf(string name) =>
        (state.Models.GetValueOrDefault(name) ?? state.Models.Values.FirstOrDefault(model => model.UpstreamModel == name))?.Provider;

    /// <summary>The alias under which a deployment serves; null where it cannot be kept, and why has been said.</summary>
    /// <param name="kind">What provider it is; <paramref name="provider"/> is the account there.</param>
    public string? AliasOf(LiteLlmDeployment deployment, string kind, string provider, string upstreamModel, List<NotCarriedOver> left)
    {
        var mode = ModeOf(deployment, KnownAs(deployment, kind, upstreamModel));
        if (mode is null)
        {
            left.Add(new NotCarriedOver($"{deployment.Path}.model_info.mode", "models of this mode are not served here."));
            return null;
        }

        var identity = (provider, upstreamModel);
        var alias = Candidates(NameOf(deployment.ModelName), identity).First(candidate => IsFreeFor(candidate, identity));
        _taken[alias] = identity;
        if (!_planned.TryGetValue(alias, out var planned))
        {
            planned = state.Models.TryGetValue(alias, out var existing) ? Kept(deployment, existing) : Created(deployment, alias, kind, identity, mode);
            _planned.Add(alias, planned);
        }

        if (planned.Item is not { Outcome: ImportedItem.Skipped, Detail: { } reason })
            return alias;

        left.Add(new NotCarriedOver(deployment.Path, reason));
        return null;
    }

    private IEnumerable<string> Candidates(string name, (string Provider, string UpstreamModel) identity)
    {
        yield return name;
        if (state.FindUpstream(identity.Provider, identity.UpstreamModel) is { } known)
            yield return known.ModelAlias;

        yield return $"{name}-{identity.Provider}";
        for (var number = 2; ; number++)
            yield return string.Create(CultureInfo.InvariantCulture, $"{name}-{identity.Provider}-{number}");
    }

    private bool IsFreeFor(string alias, (string Provider, string UpstreamModel) identity) =>
        _taken.TryGetValue(alias, out var taken)
            ? taken == identity
            : !state.Models.TryGetValue(alias, out var existing) || (existing.Provider, existing.UpstreamModel) == identity;

    private static PlannedModel Kept(LiteLlmDeployment deployment, ModelResponse existing)
    {
        var update = new UpdateModel
        {
            ModelAlias = existing.ModelAlias,
            InputUsdPerMillion = Differing(deployment.InputUsdPerMillion, existing.InputUsdPerMillion),
            OutputUsdPerMillion = Differing(deployment.OutputUsdPerMillion, existing.OutputUsdPerMillion),
            CachedInputUsdPerMillion = Differing(deployment.CachedInputUsdPerMillion, existing.CachedInputUsdPerMillion),
            CacheWriteUsdPerMillion = Differing(deployment.CacheWriteUsdPerMillion, existing.CacheWriteUsdPerMillion),
            ContextWindow = Differing(deployment.ContextWindow, existing.ContextWindow),
            MaxOutputTokens = Differing(deployment.MaxOutputTokens, existing.MaxOutputTokens),
            MaxParallel = Differing(deployment.MaxParallel, existing.MaxParallel),
        };
        if (update == new UpdateModel { ModelAlias = existing.ModelAlias })
            return new(Item(ImportedItem.Unchanged, null));
        if (!existing.BuiltIn)
            return new(Item(ImportedItem.Unchanged, "is here already, with other prices or limits; it is left as it is."));

        var touchesPrices = update.InputUsdPerMillion is not null || update.OutputUsdPerMillion is not null;
        return touchesPrices && !existing.Priced && (deployment.InputUsdPerMillion is null || deployment.OutputUsdPerMillion is null)
            ? new(Item(ImportedItem.Unchanged, "one price alone cannot be kept."))
            : new(Item(ImportedItem.Updated, "the built-in model takes on the file's prices and limits."), Update: update);

        ImportedItem Item(string outcome, string? detail) => new(existing.ModelAlias, deployment.Path, outcome, detail);
    }

    private PlannedModel Created(LiteLlmDeployment deployment, string alias, string kind, (string Provider, string UpstreamModel) identity, string mode)
    {
        var (input, output) = (deployment.InputUsdPerMillion, deployment.OutputUsdPerMillion);
        if (mode == "embedding" && input is not null)
            output ??= 0;

        var known = KnownAs(deployment, kind, identity.UpstreamModel);
        var stated = input is not null && output is not null;
        var fromCatalogue = !stated && known is { Priced: true } ? known : null;
        var create = new CreateModel
        {
            ModelAlias = alias,
            Provider = identity.Provider,
            UpstreamModel = identity.UpstreamModel,
            Mode = mode,
            InputUsdPerMillion = stated ? input : fromCatalogue?.InputUsdPerMillion,
            OutputUsdPerMillion = stated ? output : fromCatalogue?.OutputUsdPerMillion,
            CachedInputUsdPerMillion = stated ? deployment.CachedInputUsdPerMillion : fromCatalogue?.CachedInputUsdPerMillion,
            CacheWriteUsdPerMillion = stated ? deployment.CacheWriteUsdPerMillion : fromCatalogue?.CacheWriteUsdPerMillion,
            ContextWindow = deployment.ContextWindow ?? known?.ContextWindow,
            MaxOutputTokens = deployment.MaxOutputTokens ?? known?.MaxOutputTokens,
            MaxParallel = deployment.MaxParallel,
            Capabilities = deployment.Capabilities.Count > 0 ? deployment.Capabilities : known?.Capabilities ?? [],
        };
        var broken = new CreateModelValidator().Validate(create);
        if (!broken.IsValid)
            return new(new ImportedItem(alias, deployment.Path, ImportedItem.Skipped, $"{broken.Errors[0].PropertyName} {broken.Errors[0].ErrorMessage}"));

        List<string> details = [];
        if (alias != deployment.ModelName)
            details.Add($"a deployment of '{LiteLlmReader.PathTo(null, deployment.ModelName)}'.");
        if (!stated && (input is not null || output is not null))
            details.Add("one price alone cannot be kept.");
        if (fromCatalogue is not null)
            details.Add($"its prices are those of the catalogue's {fromCatalogue.ModelAlias}.");
        else if (!stated)
            details.Add("has no price: calls are refused until it is given one (PUT /api/models/{alias}; 0 for a free model).");
        return new(new ImportedItem(alias, deployment.Path, ImportedItem.Created, details.Count == 0 ? null : string.Join(' ', details)), create);
    }

    /// <summary>What the catalogue knows of the model itself, whoever serves it.</summary>
    private ModelResponse? KnownAs(LiteLlmDeployment deployment, string kind, string upstreamModel)
    {
        if (deployment.BaseModel is { } baseModel && state.Models.GetValueOrDefault(baseModel[(baseModel.LastIndexOf('/') + 1)..]) is { } stated)
            return stated;

        // Azure's deployments are OpenAI's models, and mostly called so. A server of one's own may call anything gpt-4o.
        return state.FindUpstream(kind, upstreamModel) ?? (kind == "azure" ? state.FindUpstream("openai", upstreamModel) : null);
    }

    private static string? ModeOf(LiteLlmDeployment deployment, ModelResponse? known) => deployment.Mode switch
    {
        null => known?.Mode ?? "chat",
        "chat" or "embedding" or "image_generation" => deployment.Mode,
        _ => null,
    };

    private static T? Differing<T>(T? stated, T? existing)
        where T : struct =>
        stated is null || stated.Equals(existing) ? null : stated;
}
