using System.Text.RegularExpressions;

namespace SaasLlm.Architecture.Tests;

/// <summary>SQL as it stands in string literals and migrations.</summary>
internal sealed partial class SqlTests
{
    /// <summary>Every statement with the file that it stands in, comments taken out.</summary>
    private static readonly (SourceFile File, string Sql)[] Statements =
    [
        .. from file in Codebase.Product
           where file.IsCSharp
           from literal in Literal().Matches(file.Text)
           let text = literal.Groups["raw"].Success ? literal.Groups["raw"].Value : literal.Groups["plain"].Value
           where Statement().IsMatch(text)
           select (file, LineComment().Replace(text, string.Empty)),
        .. from file in Codebase.Product
           where file.Path.EndsWith(".sql", StringComparison.Ordinal)
           select (file, LineComment().Replace(file.Text, string.Empty)),
    ];

    [Test]
    public void Scan_OfTheSources_FindsStatements() => Assert.That(Statements, Has.Length.GreaterThan(5));

    [Test]
    public void Statement_Always_WritesKeywordsInLowerCase() => Assert.That(Broken(UpperCaseKeyword()), Is.Empty);

    [Test]
    public void Statement_Always_NamesItsColumns() => Assert.That(Broken(Star()), Is.Empty);

    [Test]
    public void Statement_Always_IsConstant()
    {
        var interpolated =
            from file in Codebase.Product
            where file.IsCSharp
            from literal in Interpolated().Matches(file.Text)
            where Statement().IsMatch(literal.Groups["text"].Value)
            select $"{file.Path}: {literal.Groups["text"].Value.Trim()}";

        Assert.That(interpolated, Is.Empty);
    }

    [Test]
    public void Statement_Always_BelongsToInfrastructure() =>
        Assert.That(Statements.Where(statement => !statement.File.Path.StartsWith("src/Infrastructure/", StringComparison.Ordinal)), Is.Empty);

    [Test]
    public void Statement_WhenLong_StandsInARawLiteral()
    {
        const int oneLine = 120;
        var crammed = Statements.Where(statement => statement.File.IsCSharp && !statement.Sql.Contains('\n', StringComparison.Ordinal) && statement.Sql.Length > oneLine);

        Assert.That(crammed, Is.Empty);
    }

    [TestCase("SELECT a from b", true)]
    [TestCase("select a FROM b", true)]
    [TestCase("select 'FROM' from b", false, Description = "values are not keywords")]
    public void UpperCaseKeyword_ForAStatement_IsFound(string sql, bool found) => Assert.That(UpperCaseKeyword().IsMatch(WithoutValues(sql)), Is.EqualTo(found));

    [TestCase("select * from b", true)]
    [TestCase("select b.* from b", true)]
    [TestCase("insert into b (c) values (1) returning *", true)]
    [TestCase("select count(*) from b", false)]
    [TestCase("select a * b from c", false)]
    public void Star_ForAStatement_IsFound(string sql, bool found) => Assert.That(Star().IsMatch(sql), Is.EqualTo(found));

    private static IEnumerable<string> Broken(Regex rule) =>
        from statement in Statements
        from match in rule.Matches(WithoutValues(statement.Sql))
        select $"{statement.File.Path}: {match.Value}";

    private static string WithoutValues(string sql) => Value().Replace(sql, "''");

    [GeneratedRegex("\"\"\"(?<raw>.*?)\"\"\"|(?<!\\$)\"(?<plain>(?:[^\"\\\\\\n]|\\\\.)*)\"", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Literal();

    [GeneratedRegex("\\$+\"\"\"(?<text>.*?)\"\"\"|\\$\"(?<text>(?:[^\"\\\\\\n]|\\\\.)*)\"", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Interpolated();

    [GeneratedRegex(@"^\s*(select\s|insert\s+into\s|update\s+\w+(\s+\w+)?\s+set\s|delete\s+from\s|with\s+\w+.*\sas\s.*\(|create\s+(table|index|unique)\s|truncate\s|alter\s+table\s)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Statement();

    [GeneratedRegex(@"--[^\n]*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LineComment();

    [GeneratedRegex("'[^']*'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Value();

    [GeneratedRegex(@"\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE|JOIN|LEFT|INNER|INTO|VALUES|SET|ORDER|GROUP|BY|LIMIT|RETURNING|CONFLICT|AND|OR|NOT|NULL|AS|ON|IN|CREATE|TABLE|INDEX|UNIQUE|CHECK|WITH|UNION|COALESCE|CASE|WHEN|THEN|ELSE|END)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex UpperCaseKeyword();

    [GeneratedRegex(@"(select(\s+distinct)?|returning|,)\s+\*|\.\*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Star();
}
