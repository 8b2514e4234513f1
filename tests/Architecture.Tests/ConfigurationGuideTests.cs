using System.Reflection;
using System.Text.RegularExpressions;

namespace SaasLlm.Architecture.Tests;

/// <summary>The page on configuration knows every setting of the options, and no other.</summary>
internal sealed partial class ConfigurationGuideTests
{
    private static readonly string[] Described =
    [
        .. Rows().Matches(File.ReadAllText(Path.Combine(Codebase.Root, "docs", "configuration.md")))
            .SelectMany(row => Names().Matches(row.Groups["names"].Value))
            .Select(name => name.Groups["name"].Value),
    ];

    private static IEnumerable<Type> Options =>
        new[] { Codebase.Application, Codebase.Infrastructure, Codebase.Api }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => SectionOf(type) is not null);

    [TestCaseSource(nameof(Options))]
    public void ConfigurationPage_OfASection_HasItsSettings(Type options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var section = SectionOf(options) + ":";
        var settings = options.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.CanWrite).Select(property => section + property.Name);

        Assert.That(Described.Where(name => name.StartsWith(section, StringComparison.Ordinal)), Is.EquivalentTo(settings));
    }

    private static string? SectionOf(Type type) => type.GetField("Section", BindingFlags.Static | BindingFlags.Public)?.GetRawConstantValue() as string;

    [GeneratedRegex(@"^\| (?<names>`.+?) \|", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Rows();

    [GeneratedRegex("`(?<name>[^`]+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Names();
}
