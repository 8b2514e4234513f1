using System.Reflection;
using SaasLlm.Application;
using SaasLlm.Infrastructure;

namespace SaasLlm.Architecture.Tests;

/// <summary>The four assemblies of the service and the client's, and the sources that they were built from.</summary>
internal static class Codebase
{
    public static Assembly Domain { get; } = typeof(Domain.Shared.Error).Assembly;

    public static Assembly Application { get; } = ApplicationAssembly.Assembly;

    public static Assembly Infrastructure { get; } = typeof(DependencyInjection).Assembly;

    public static Assembly Api { get; } = Assembly.Load("SaasLlm.Api");

    public static Assembly Client { get; } = typeof(Client.SaasLlmClient).Assembly;

    public static string Root { get; } = FindRoot();

    /// <summary>Source files by their path from the root, build output left out.</summary>
    public static IReadOnlyList<SourceFile> Sources { get; } =
    [
        .. new[] { "src", "tests" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories))
            .Where(path => Path.GetExtension(path) is ".cs" or ".sql" or ".csproj")
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(folder => folder is "bin" or "obj" or "node_modules"))
            .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path)))),
    ];

    public static IEnumerable<SourceFile> Product => Sources.Where(file => file.Path.StartsWith("src/", StringComparison.Ordinal));

    public static IEnumerable<SourceFile> Tests => Sources.Where(file => file.Path.StartsWith("tests/", StringComparison.Ordinal));

    /// <summary>Types that a person wrote.</summary>
    public static IEnumerable<Type> WrittenTypes(this Assembly assembly) =>
        assembly.GetTypes().Where(type => !type.Name.Contains('<', StringComparison.Ordinal) && type.Namespace?.StartsWith("SaasLlm", StringComparison.Ordinal) == true);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SaasLlm.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No SaasLlm.sln above {AppContext.BaseDirectory}.");
    }
}

/// <param name="Path">From the repository's root, with forward slashes.</param>
/// <param name="Text">All of it.</param>
internal sealed record SourceFile(string Path, string Text)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public override string ToString() => Path;
}
