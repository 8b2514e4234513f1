using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Metering;

/// <summary>What a caller of the LLM API may name as a model.</summary>
public sealed class CallerModels(IPayerDirectory payers, ITeamDirectory teams, ICatalog catalog, IByokDirectory byok)
{
    /// <summary>Sorted by name.</summary>
    internal async Task<Result<IReadOnlyList<CallerModel>>> ListAsync(Caller caller, CancellationToken cancellationToken)
    {
        var snapshot = await catalog.GetAsync(cancellationToken);
        if (caller.IsOperator)
            return Sorted(snapshot.Models.Values.Where(model => model.Active).Select(model => Of(model, "platform")));

        var payer = await payers.FindAsync(caller, cancellationToken);
        if (!payer.IsSuccess)
            return payer.Error;

        var keys = await byok.FindAsync(payer.Value.OrganizationId, caller.UserId, cancellationToken);
        if (caller.TeamId is { } teamId)
            return await teams.FindAsync(teamId, cancellationToken) is { } team ? Sorted(OfTeam(team, snapshot)) : MeteringErrors.NoModels();

        var grants = new RouteGrants(payer.Value.Tier, null, keys);
        return Sorted(snapshot.Models.Values
            .Where(model => model.Active && grants.Grant(model) && (model.Prices is not null || grants.HasKeyFor(model)))
            .Select(model => Of(model, grants.HasKeyFor(model) ? "byok" : "platform")));
    }

    /// <summary>A team's names: its groups, behind which it does not see, and the models of its access groups.</summary>
    private static IEnumerable<CallerModel> OfTeam(TeamAccess team, CatalogSnapshot snapshot)
    {
        foreach (var group in team.ModelGroups)
        {
            if (snapshot.Groups.ContainsKey(group))
                yield return new CallerModel { Id = group, OwnedBy = "saasllm", Source = "platform", Mode = "chat" };
        }

        foreach (var access in team.AccessGroups)
        {
            foreach (var alias in snapshot.AccessGroups.GetValueOrDefault(access) ?? new HashSet<string>())
            {
                if (snapshot.Models.TryGetValue(alias, out var model) && model is { Active: true, Prices: not null })
                    yield return Of(model, "platform") with { OwnedBy = "saasllm" };
            }
        }
    }

    private static CallerModel Of(CatalogModel model, string source) => new()
    {
        Id = model.Alias,
        Created = model.CreatedAt.ToUnixTimeSeconds(),
        OwnedBy = model.Provider,
        Source = source,
        Mode = model.Mode switch
        {
            ModelMode.Embedding => "embedding",
            ModelMode.ImageGeneration => "image_generation",
            _ => "chat",
        },
        ContextWindow = model.ContextWindow,
        MaxOutputTokens = model.MaxOutputTokens,
        Local = model.Local,
        Tiers = model.Tiers,
        Capabilities = model.Capabilities,
        TaskTypes = model.TaskTypes,
    };

    private static Result<IReadOnlyList<CallerModel>> Sorted(IEnumerable<CallerModel> models) =>
        Result<IReadOnlyList<CallerModel>>.Success([.. models.DistinctBy(model => model.Id, StringComparer.Ordinal).OrderBy(model => model.Id, StringComparer.Ordinal)]);
}

/// <summary>A model in OpenAI's form, with what this service's callers may want to know besides.</summary>
public sealed record CallerModel
{
    public required string Id { get; init; }

    public string Object { get; } = "model";

    /// <summary>Unix time in seconds.</summary>
    public long Created { get; init; }

    /// <summary>Whose model it is.</summary>
    public required string OwnedBy { get; init; }

    /// <summary><c>platform</c>, or <c>byok</c> where the caller's own key serves it.</summary>
    public required string Source { get; init; }

    /// <summary><c>chat</c>, <c>embedding</c> or <c>image_generation</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>In tokens.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>In tokens.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>True where no data leaves the operator's own machines.</summary>
    public bool Local { get; init; }

    public IReadOnlyList<string> Tiers { get; init; } = [];

    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public IReadOnlyList<string> TaskTypes { get; init; } = [];
}
