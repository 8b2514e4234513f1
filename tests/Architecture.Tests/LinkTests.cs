using System.Text;
using System.Text.RegularExpressions;

namespace SaasLlm.Architecture.Tests;

/// <summary>Every link between pages leads somewhere.</summary>
internal sealed partial class LinkTests
{
    /// <summary>Pictures there are made by the browser's tests, and need not be there.</summary>
    private const string Images = "docs/images/";

    private const int MostImages = 3;

    private static readonly string[] Pages =
    [
        "README.md",
        .. new[] { "docs", "bench" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Codebase.Root, folder), "*.md", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Codebase.Root, path))
            .Where(path => !path.Split('/').Any(folder => folder is "bin" or "obj" or "node_modules"))
            .Order(StringComparer.Ordinal),
    ];

    [TestCaseSource(nameof(Pages))]
    public void Link_ToAFileOrAHeading_LeadsThere(string page)
    {
        var broken = Links(page).Where(link => !Leads(page, link)).ToArray();

        Assert.That(broken, Is.Empty);
    }

    [Test]
    public void Picture_InTheGuides_IsOneOfFew()
    {
        var pictures = Pages.SelectMany(page => Links(page).Select(link => Resolve(page, link))).Where(path => path.StartsWith(Images, StringComparison.Ordinal)).Distinct().ToArray();

        Assert.That(pictures, Has.Length.LessThanOrEqualTo(MostImages));
        Assert.That(pictures, Has.All.Match(@"^docs/images/(overview|organizations|teams|jobs|models|model-groups|playground)-light\.png$"));
    }

    [Test]
    public void Guide_InDocs_IsInTheReadme()
    {
        var linked = Links("README.md").Select(link => Resolve("README.md", link)).ToHashSet(StringComparer.Ordinal);

        Assert.That(Pages.Where(page => page.Count(letter => letter == '/') == 1 && page.StartsWith("docs/", StringComparison.Ordinal) && !linked.Contains(page)), Is.Empty);
    }

    private static IEnumerable<string> Links(string page) =>
        Link().Matches(WithoutCode(page)).Select(match => match.Groups["target"].Value).Where(target => !target.Contains("://", StringComparison.Ordinal));

    private static bool Leads(string page, string link)
    {
        var path = Resolve(page, link);
        var full = Path.Combine(Codebase.Root, path);
        if (!File.Exists(full) && !Directory.Exists(full))
            return path.StartsWith(Images, StringComparison.Ordinal);

        var heading = link.Split('#') is [_, var anchor] ? anchor : null;
        return heading is null || Headings(path).Contains(heading);
    }

    private static string Resolve(string page, string link)
    {
        var file = link.Split('#')[0];
        return file.Length == 0 ? page : Path.GetRelativePath(Codebase.Root, Path.GetFullPath(Path.Combine(Codebase.Root, Path.GetDirectoryName(page)!, file)));
    }

    /// <summary>As GitHub names them: lower case, without punctuation, with dashes for spaces.</summary>
    private static IEnumerable<string> Headings(string page)
    {
#pragma warning disable CA1308 // GitHub's names are lower case.
        foreach (Match match in Heading().Matches(WithoutCode(page)))
        {
            var name = new StringBuilder();
            foreach (var letter in match.Groups["text"].Value.ToLowerInvariant())
            {
                if (char.IsLetterOrDigit(letter) || letter is '-' or '_')
                    name.Append(letter);
                else if (letter == ' ')
                    name.Append('-');
            }

            yield return name.ToString();
        }
#pragma warning restore CA1308
    }

    private static string WithoutCode(string page) => Code().Replace(File.ReadAllText(Path.Combine(Codebase.Root, page)), "");

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<text>.+?)\s*$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.ExplicitCapture | RegexOptions.Singleline | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
