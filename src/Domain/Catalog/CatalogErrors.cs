using SaasLlm.Domain.Shared;

namespace SaasLlm.Domain.Catalog;

public static class CatalogErrors
{
    public static Error ModelNotFound(string modelAlias) =>
        new("model_not_found", $"Model '{modelAlias}' not found.", ErrorKind.NotFound);

    public static Error ModelAlreadyExists(string modelAlias) =>
        new("model_exists", $"Model '{modelAlias}' already exists.", ErrorKind.AlreadyExists);

    public static Error ModelInUse(IReadOnlyList<string> groups) =>
        new("model_in_use", $"The model is used by {Named("model group", groups)}; take it out there first.", ErrorKind.Conflict);

    public static Error HalfPriced() =>
        Error.Field("output_usd_per_million", "input and output prices go together: give both, or neither for a model that is not priced.");

    public static Error UnknownModels(string field, IReadOnlyList<string> aliases) =>
        Error.Field(field, $"no such {Named("model", aliases)}.");

    public static Error GroupNotFound(string groupName) =>
        new("model_group_not_found", $"Model group '{groupName}' not found.", ErrorKind.NotFound);

    public static Error GroupAlreadyExists(string groupName) =>
        new("model_group_exists", $"Model group '{groupName}' already exists.", ErrorKind.AlreadyExists);

    public static Error GroupInUse(IReadOnlyList<string> teams) =>
        new("model_group_in_use", $"The model group is granted to {Named("team", teams)}; take it back there first.", ErrorKind.Conflict);

    public static Error AccessGroupNotFound(string groupName) =>
        new("access_group_not_found", $"Model access group '{groupName}' not found.", ErrorKind.NotFound);

    public static Error AccessGroupAlreadyExists(string groupName) =>
        new("access_group_exists", $"Model access group '{groupName}' already exists.", ErrorKind.AlreadyExists);

    public static Error AccessGroupInUse(IReadOnlyList<string> teams) =>
        new("access_group_in_use", $"The model access group is granted to {Named("team", teams)}; take it back there first.", ErrorKind.Conflict);

    private static string Named(string what, IReadOnlyList<string> names) =>
        $"{what}{(names.Count == 1 ? "" : "s")} {string.Join(", ", names.Select(name => $"'{name}'"))}";
}
