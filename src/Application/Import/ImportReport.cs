namespace SaasLlm.Application.Import;

/// <summary>What an import did, or a dry run would do. Never holds a key.</summary>
/// <param name="Applied">False: a dry run, nothing was written.</param>
/// <param name="NotCarriedOver">What of the file has no place here.</param>
public sealed record ImportReport(
    bool Applied,
    IReadOnlyList<ImportedItem> Credentials,
    IReadOnlyList<ImportedItem> Models,
    IReadOnlyList<ImportedItem> ModelGroups,
    IReadOnlyList<NotCarriedOver> NotCarriedOver);

/// <param name="Name">Its name here; of a credential the provider's.</param>
/// <param name="Path">Where it stands in the file.</param>
/// <param name="Outcome"><c>created</c>, <c>updated</c>, <c>unchanged</c> (it was there) or <c>skipped</c>.</param>
/// <param name="Detail">What else to know, such as why it was skipped.</param>
public sealed record ImportedItem(string Name, string Path, string Outcome, string? Detail)
{
    public const string Created = "created";
    public const string Updated = "updated";
    public const string Unchanged = "unchanged";
    public const string Skipped = "skipped";
}

/// <param name="Path">Where it stands in the file: <c>model_list[2].litellm_params.timeout</c>.</param>
/// <param name="Reason">Why it was left behind.</param>
public sealed record NotCarriedOver(string Path, string Reason);
