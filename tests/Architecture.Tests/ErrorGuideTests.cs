using System.Text.RegularExpressions;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Architecture.Tests;

/// <summary>Its page on errors knows every code that the service can answer, and no other.</summary>
internal sealed partial class ErrorGuideTests
{
    /// <summary>What <c>LlmSurface</c> calls a refusal for want of credits.</summary>
    private const string OpenAiCode = "payment_required";

    [Test]
    public void ErrorsPage_AgainstTheSources_HasEachCodeOnce()
    {
        var described = Rows().Matches(File.ReadAllText(Path.Combine(Codebase.Root, "docs", "errors.md"))).Select(match => match.Groups["code"].Value).ToArray();

        Assert.That(described, Is.Unique);
        Assert.That(described, Is.EquivalentTo(Answered()));
    }

#pragma warning disable CA1308 // Codes are lower case.
    private static IEnumerable<string> Answered()
    {
        var sources = Codebase.Product.Where(file => file.IsCSharp && !file.Path.StartsWith("src/Client/", StringComparison.Ordinal)).ToArray();
        Assert.That(sources.Count(file => file.Text.Contains($"\"{OpenAiCode}\"", StringComparison.Ordinal)), Is.EqualTo(1));
        return sources
            .SelectMany(file => Codes().Matches(file.Text))
            .SelectMany(match => match.Groups["code"].Value is "team_{Name(status)}"
                ? Enum.GetNames<TeamStatus>().Where(name => name != nameof(TeamStatus.Active)).Select(name => $"team_{name.ToLowerInvariant()}")
                : [match.Groups["code"].Value])
            .Append(OpenAiCode)
            .Distinct();
    }
#pragma warning restore CA1308

    [GeneratedRegex(@"^\| `(?<code>[a-z_]+)` \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rows();

    // How errors are made: with their kind, by the helper of ByokErrors, or from a constant there.
    [GeneratedRegex(
        @"new(?:\s+Error)?\(\s*\$?""(?<code>[^""]*)"",(?:(?!new\().)*?ErrorKind\.|=>\s+Of\(""(?<code>[^""]*)""|const string Invalid = ""(?<code>[^""]*)""",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex Codes();
}
