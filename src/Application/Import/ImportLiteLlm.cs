using FluentValidation;
using MediatR;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Import;

/// <summary>
/// Makes models, groups, fallbacks and credentials of a LiteLLM proxy's <c>config.yaml</c>. What is here already is left alone,
/// so a second import of one file changes nothing.
/// </summary>
/// <param name="Config">The file.</param>
/// <param name="Apply">False: says what it would do, and writes nothing.</param>
public sealed record ImportLiteLlm(string? Config, bool Apply) : IRequest<Result<ImportReport>>, ITransactional
{
    /// <summary>Never the file, where keys may stand.</summary>
    public override string ToString() => nameof(ImportLiteLlm);
}

internal sealed class ImportLiteLlmValidator : AbstractValidator<ImportLiteLlm>
{
    public ImportLiteLlmValidator() => RuleFor(command => command.Config).Must(config => !string.IsNullOrWhiteSpace(config)).WithMessage("is empty.");
}

internal sealed class ImportLiteLlmHandler(
    IConfigFiles files, IModelRepository models, IModelGroupRepository groups, IProviderCredentialRepository credentials, ISecretBox box, IChangeFeed changes)
    : IRequestHandler<ImportLiteLlm, Result<ImportReport>>
{
    private const int PageSize = 1000;

    private static readonly Error ChangedMeanwhile =
        new("import_conflict", "Somebody else created one of these meanwhile; nothing was imported. Try again.", ErrorKind.Conflict);

    public async Task<Result<ImportReport>> Handle(ImportLiteLlm command, CancellationToken cancellationToken)
    {
        var file = files.ReadYaml(command.Config!);
        if (!file.IsSuccess)
            return file.Error;
        if (file.Value is not ConfigMap root || root.Find("model_list") is not ConfigList)
            return Error.Field("config", "must be a map with a model_list, as LiteLLM's proxy is configured by.");

        List<NotCarriedOver> left = [];
        var config = new LiteLlmReader(root, left).Read();
        var plan = Plan(config, await ReadStateAsync(cancellationToken), left);
        if (command.Apply && await ApplyAsync(plan, cancellationToken) is { } refusal)
            return refusal;

        return new ImportReport(
            command.Apply,
            [.. plan.Credentials.Select(planned => planned.Item)],
            [.. plan.Models.Select(planned => planned.Item)],
            [.. plan.Groups.Select(planned => planned.Item)],
            left);
    }

    private ImportPlan Plan(LiteLlmConfig config, ImportState state, List<NotCarriedOver> left)
    {
        var keys = new CredentialPlanner(state, files, config.Variables, box.IsConfigured);
        var catalogue = new ModelPlanner(state);
        var named = new GroupPlanner(config, state, left);
        foreach (var group in config.Deployments.GroupBy(deployment => deployment.ModelName, StringComparer.Ordinal))
        {
            var served = new List<(LiteLlmDeployment, string)>();
            foreach (var deployment in group)
            {
                if (Serve(deployment, keys, catalogue, left) is { } alias)
                    served.Add((deployment, alias));
            }

            if (served.Count > 0)
                named.Add(group.Key, served);
        }

        return new ImportPlan(keys.Planned, catalogue.Planned, named.Plan());
    }

    /// <summary>The alias of the model that serves it; null where none can.</summary>
    private static string? Serve(LiteLlmDeployment deployment, CredentialPlanner keys, ModelPlanner catalogue, List<NotCarriedOver> left)
    {
        if (keys.Resolve(deployment.Model) is not { } model)
            return Refuse($"the environment variable {deployment.Model.Variable} is not set for this service.");

        var (kind, upstreamModel) = LiteLlmProviders.Resolve(model, deployment.CustomProvider, deployment.ApiBase is not null, catalogue.ProviderOf);
        if (kind is null)
            return Refuse("its provider has no counterpart here.");
        return upstreamModel.Length == 0
            ? Refuse("names no model.")
            : catalogue.AliasOf(deployment, kind, keys.ProviderOf(deployment, kind), upstreamModel, left);

        string? Refuse(string reason)
        {
            left.Add(new NotCarriedOver(deployment.Path + ".litellm_params.model", reason));
            return null;
        }
    }

    private async Task<ImportState> ReadStateAsync(CancellationToken cancellationToken) => new(
        (await AllAsync(models.ListAsync, model => model.ModelAlias, cancellationToken)).ToDictionary(model => model.ModelAlias, StringComparer.Ordinal),
        (await AllAsync(groups.ListAsync, group => group.GroupName, cancellationToken)).ToDictionary(group => group.GroupName, StringComparer.Ordinal),
        (await AllAsync(credentials.ListAsync, credential => credential.CredentialId.ToString(), cancellationToken))
            .Where(credential => credential.OrganizationId is null)
            .ToLookup(credential => credential.Provider, StringComparer.Ordinal));

    private static async Task<List<T>> AllAsync<T>(
        Func<PageStart, CancellationToken, Task<Page<T>>> list, Func<T, string> keyOf, CancellationToken cancellationToken)
    {
        List<T> all = [];
        Page<T> page;
        do
        {
            page = await list(new PageStart(PageSize, all.Count == 0 ? null : keyOf(all[^1])), cancellationToken);
            all.AddRange(page.Rows);
        }
        while (page.NextCursor is not null);
        return all;
    }

    private async Task<Error?> ApplyAsync(ImportPlan plan, CancellationToken cancellationToken)
    {
        var changed = false;
        foreach (var create in plan.Credentials.Select(planned => planned.Create).OfType<ProviderCredentials.CreateProviderCredential>())
        {
            if (!(await credentials.CreateAsync(create.Seal(box), cancellationToken)).IsSuccess)
                return ChangedMeanwhile;
            changed = true;
        }

        foreach (var planned in plan.Models)
        {
            if ((planned.Create is { } create && await models.CreateAsync(create, cancellationToken) is null)
                || (planned.Update is { } update && await models.UpdateAsync(update, cancellationToken) is null))
                return ChangedMeanwhile;
            changed |= planned.Create is not null || planned.Update is not null;
        }

        foreach (var create in plan.Groups.Select(planned => planned.Create).OfType<Catalog.ModelGroups.CreateModelGroup>())
        {
            var settings = new Catalog.ModelGroups.GroupSettings(create.RoutingStrategy, null, null);
            if (!await groups.CreateAsync(create.GroupName!, create.GroupName!, string.Empty, settings, cancellationToken))
                return ChangedMeanwhile;
            await groups.SetModelsAsync(create.GroupName!, [.. create.Models!.Select(entry => entry.ToMember())], cancellationToken);
            changed = true;
        }

        if (changed)
            await changes.AnnounceAsync(ChangedThing.Catalog, string.Empty, cancellationToken);
        return null;
    }
}
