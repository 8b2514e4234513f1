using SaasLlm.Application.Catalog.ModelGroups;
using SaasLlm.Application.Catalog.Models;
using SaasLlm.Application.ProviderCredentials;

namespace SaasLlm.Application.Import;

/// <summary>What is here before an import.</summary>
/// <param name="Models">By alias.</param>
/// <param name="Groups">By name.</param>
/// <param name="Credentials">Those that serve every organization, by provider.</param>
internal sealed record ImportState(
    IReadOnlyDictionary<string, ModelResponse> Models,
    IReadOnlyDictionary<string, ModelGroupResponse> Groups,
    ILookup<string, ProviderCredentialResponse> Credentials)
{
    /// <summary>The model of this provider that it knows by this name; where there are several, one that has prices.</summary>
    public ModelResponse? FindUpstream(string provider, string upstreamModel) =>
        Models.Values
            .Where(model => model.Provider == provider && model.UpstreamModel == upstreamModel)
            .OrderByDescending(model => model.Priced)
            .ThenByDescending(model => model.BuiltIn)
            .ThenBy(model => model.ModelAlias, StringComparer.Ordinal)
            .FirstOrDefault();
}

/// <summary>What an import will do, in the order in which it does it.</summary>
internal sealed record ImportPlan(
    IReadOnlyList<PlannedCredential> Credentials, IReadOnlyList<PlannedModel> Models, IReadOnlyList<PlannedGroup> Groups);

/// <param name="Create">Null where nothing is written.</param>
internal sealed record PlannedCredential(ImportedItem Item, CreateProviderCredential? Create = null);

/// <param name="Create">Null where nothing is created.</param>
/// <param name="Update">Null where nothing is changed.</param>
internal sealed record PlannedModel(ImportedItem Item, CreateModel? Create = null, UpdateModel? Update = null);

/// <param name="Create">Null where nothing is written.</param>
internal sealed record PlannedGroup(ImportedItem Item, CreateModelGroup? Create = null);
