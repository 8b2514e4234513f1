using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Usage;

namespace SaasLlm.Application.Usage;

/// <summary>What sums are grouped by.</summary>
[Flags]
public enum UsageDimensions
{
    None = 0,
    Hour = 1,
    Day = 2,
    Month = 4,
    Organization = 8,
    Team = 16,
    JobType = 32,
    ModelGroup = 64,
    Model = 128,
    Provider = 256,
    User = 512,
}

/// <summary>Dimensions as the API names them: a list with commas.</summary>
internal static class UsageDimensionNames
{
    private const UsageDimensions Times = UsageDimensions.Hour | UsageDimensions.Day | UsageDimensions.Month;

    private static readonly (string Name, UsageDimensions Dimension)[] Names =
    [
        ("hour", UsageDimensions.Hour),
        ("day", UsageDimensions.Day),
        ("month", UsageDimensions.Month),
        ("organization", UsageDimensions.Organization),
        ("team", UsageDimensions.Team),
        ("job_type", UsageDimensions.JobType),
        ("model_group", UsageDimensions.ModelGroup),
        ("model", UsageDimensions.Model),
        ("provider", UsageDimensions.Provider),
        ("user", UsageDimensions.User),
    ];

    /// <param name="text">Null: nothing, all in one sum.</param>
    /// <param name="allowed">The dimensions that the report knows.</param>
    public static Result<UsageDimensions> Parse(string? text, UsageDimensions allowed)
    {
        var chosen = UsageDimensions.None;
        foreach (var name in text?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            var dimension = Array.Find(Names, known => known.Name == name).Dimension;
            if (dimension == UsageDimensions.None || !allowed.HasFlag(dimension))
                return Error.Field("group_by", $"must be of {string.Join(", ", Names.Where(known => allowed.HasFlag(known.Dimension)).Select(known => known.Name))}, several with commas.");
            chosen |= dimension;
        }

        if ((chosen & Times) is not (UsageDimensions.None or UsageDimensions.Hour or UsageDimensions.Day or UsageDimensions.Month))
            return Error.Field("group_by", "takes one of hour, day and month.");
        const UsageDimensions withoutUsers = UsageDimensions.Hour | UsageDimensions.JobType | UsageDimensions.ModelGroup | UsageDimensions.Model | UsageDimensions.Provider;
        if (chosen.HasFlag(UsageDimensions.User) && (chosen & withoutUsers) != UsageDimensions.None)
            return Error.Field("group_by", "takes user together with day, month, organization and team alone.");
        return chosen;
    }

    public static IReadOnlyList<string> NamesOf(UsageDimensions dimensions) =>
        [.. Names.Where(known => dimensions.HasFlag(known.Dimension)).Select(known => known.Name)];

    /// <summary>The longest units that can be summed up without losing what is grouped by.</summary>
    public static CalendarGrain CoarsestOf(UsageDimensions dimensions) =>
        dimensions.HasFlag(UsageDimensions.Hour) ? CalendarGrain.Hour
        : dimensions.HasFlag(UsageDimensions.Day) ? CalendarGrain.Day
        : dimensions.HasFlag(UsageDimensions.User) && !dimensions.HasFlag(UsageDimensions.Month) ? CalendarGrain.Quarter
        : CalendarGrain.Month;
}
