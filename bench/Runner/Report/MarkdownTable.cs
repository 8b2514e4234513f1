using System.Text;
using SaasLlm.Bench.Measure;

namespace SaasLlm.Bench.Report;

/// <summary>The table of a mode, with each figure's ratio to the reference's.</summary>
internal static class MarkdownTable
{
    public static string Of(ModeResult result)
    {
        var columns = Columns.All.Where(column => result.Rows.Any(row => column.Of(row.Figures) is not null)).ToArray();
        var reference = result.Of(result.Reference);
        var table = new StringBuilder();
        Line(table, ["", .. columns.Select(column => column.Title)]);
        Line(table, ["---", .. columns.Select(_ => "---:")]);
        foreach (var row in result.Rows)
            Line(table, [row.Subject, .. columns.Select(column => Cell(column, row.Figures, ReferenceEquals(row.Figures, reference) ? null : reference))]);
        return table.ToString();
    }

    public static void Line(StringBuilder table, IEnumerable<string> cells) => table.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Cell(Column column, Figures figures, Figures? reference)
    {
        if (column.Of(figures) is not { } value)
            return "";

        var text = value.ToString(column.Format);
        return reference is not null && column.Of(reference) is > 0 and var one ? $"{text} ({value / one:0.00}×)" : text;
    }
}
