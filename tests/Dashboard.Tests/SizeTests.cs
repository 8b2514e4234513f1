using System.IO.Compression;
using System.Text.RegularExpressions;

namespace SaasLlm.Dashboard.Tests;

internal sealed partial class SizeTests
{
    private const int MostKilobytes = 300;

    [Test]
    public void FirstLoad_OfScriptsCompressed_StaysSmall()
    {
        var root = BuiltPage.WebRoot();
        var page = File.ReadAllText(Path.Combine(root, "dashboard/index.html"));

        var scripts = Script().Matches(page).Select(match => match.Groups["path"].Value).Distinct(StringComparer.Ordinal).ToArray();
        var sizes = scripts.ToDictionary(path => path, path => Compressed(Path.Combine(root, path)), StringComparer.Ordinal);

        Assert.That(sizes, Is.Not.Empty);
        Assert.That(sizes.Values.Sum() / 1024.0, Is.InRange(50, MostKilobytes), string.Join('\n', sizes));
    }

    /// <summary>As a proxy in front would send it.</summary>
    private static long Compressed(string file)
    {
        using var small = new MemoryStream();
        using (var gzip = new GZipStream(small, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(File.ReadAllBytes(file));
        return small.Length;
    }

    /// <summary>What the page names itself: its own script, and those that it needs at once.</summary>
    [GeneratedRegex("""(?:src|href)="/(?<path>dashboard/assets/[^"]+\.js)"[^>]*>""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Script();
}
