namespace SaasLlm.Bench.Driving;

internal static class Percentile
{
    /// <summary>The value below which the given share of sorted values lies; null: there are none.</summary>
    public static double? Of(double[] sorted, double share) => sorted.Length == 0 ? null : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
}
