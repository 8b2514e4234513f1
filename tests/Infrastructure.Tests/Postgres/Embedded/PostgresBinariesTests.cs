using SaasLlm.Infrastructure.Postgres.Embedded;

namespace SaasLlm.Infrastructure.Tests.Postgres.Embedded;

public sealed class PostgresBinariesTests
{
    private string _root = "";

    [SetUp]
    public void SetUp() => _root = Directory.CreateTempSubdirectory("saasllm-binaries-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_root, recursive: true);

    [Test]
    public void Candidates_WhenSeveralVersionsAreInstalled_NewestFirst()
    {
        foreach (var version in new[] { "9.6", "15", "9", "16" })
            Install(Path.Combine(_root, version, "bin"));

        var found = PostgresBinaries.Candidates(path: null, _root).Select(folder => Path.GetRelativePath(_root, folder));

        Assert.That(found, Is.EqualTo(new[] { "16/bin", "15/bin", "9.6/bin", "9/bin" }));
    }

    [Test]
    public void Candidates_WhenPathHasThem_PathComesFirst()
    {
        var onPath = Install(Path.Combine(_root, "path"));
        var debian = Path.Combine(_root, "debian");
        var installed = Install(Path.Combine(debian, "15", "bin"));

        Assert.That(PostgresBinaries.Candidates($"/nowhere:{onPath}", debian), Is.EqualTo(new[] { onPath, installed }));
    }

    [Test]
    public void Candidates_WhenAProgramIsMissing_FolderIsLeftOut()
    {
        var folder = Install(Path.Combine(_root, "15", "bin"));
        File.Delete(Path.Combine(folder, "initdb"));

        Assert.That(PostgresBinaries.Candidates(folder, _root), Is.Empty);
    }

    private static string Install(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var program in new[] { "initdb", "pg_ctl", "postgres" })
            File.WriteAllText(Path.Combine(folder, program), "");
        return folder;
    }
}
