using System.Text.RegularExpressions;

namespace SaasLlm.Architecture.Tests;

/// <summary>House style that only the text of the sources shows.</summary>
internal sealed partial class SourceTests
{
    private const int MaxLines = 400;

    [Test]
    public void SourceFile_InTheProduct_IsShortEnoughToRead() =>
        Assert.That(Codebase.Product.Where(file => file.IsCSharp && file.Text.AsSpan().Count('\n') > MaxLines), Is.Empty);

    [Test]
    public void SourceFile_Anywhere_HoldsNoUnfinishedWork() => Assert.That(Matches(Codebase.Sources, UnfinishedWork()), Is.Empty);

    [Test]
    public void SourceFile_InTheProduct_NeverBlocksAThread() => Assert.That(Matches(Codebase.Product, BlockingCall()), Is.Empty);

    [Test]
    public void Test_Anywhere_NeitherSleepsNorLooksAway() => Assert.That(Matches(Codebase.Tests, SleepOrSkip()), Is.Empty);

    [Test]
    public void ErrorCode_Anywhere_IsSnakeCase()
    {
        var codes = Codebase.Product.Where(file => file.IsCSharp)
            .SelectMany(file => ErrorCode().Matches(file.Text))
            .Select(match => Interpolation().Replace(match.Groups["code"].Value, "x"))
            .ToArray();

        Assert.That(codes, Has.Length.GreaterThan(10), "the pattern finds them");
        Assert.That(codes.Where(code => !SnakeCase().IsMatch(code)), Is.Empty);
    }

    [Test]
    public void MigrationFile_Always_IsNumberedAndNamed()
    {
        var names = Codebase.Product.Where(file => file.Path.EndsWith(".sql", StringComparison.Ordinal)).Select(file => file.Path).Order(StringComparer.Ordinal).ToArray();

        Assert.That(names, Is.Not.Empty);
        Assert.That(names, Has.All.Match(@"^src/Infrastructure/Postgres/migrations/\d{4}_[a-z][a-z0-9_]*\.sql$"));
        Assert.That(names.Select(name => int.Parse(Path.GetFileName(name)[..4])), Is.EqualTo(Enumerable.Range(1, names.Length)));
    }

    private static IEnumerable<string> Matches(IEnumerable<SourceFile> files, Regex pattern) =>
        from file in files
        from match in pattern.Matches(file.Text)
        select $"{file.Path}: {match.Value}";

    // The character classes keep these patterns from finding themselves.
    [GeneratedRegex(@"\bT[O]DO\b|\bFIX[M]E\b|\bHA[C]K\b|NotImplemented[E]xception", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UnfinishedWork();

    [GeneratedRegex(@"\.GetAwaiter\(\)\s*\.GetResult\(\)|Thread\.Sleep", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BlockingCall();

    [GeneratedRegex(@"Task\.[D]elay\(|Thread\.[S]leep\(|\[I[g]nore|\[E[x]plicit|Assert\.In[c]onclusive|Assert\.P[a]ss\(", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SleepOrSkip();

    [GeneratedRegex(@"new(?:\s+Error)?\(\s*\$?""(?<code>[^""]*)"",(?:(?!new\().)*?ErrorKind\.", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ErrorCode();

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Interpolation();

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SnakeCase();
}
