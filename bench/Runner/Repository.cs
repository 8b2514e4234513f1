namespace SaasLlm.Bench;

/// <summary>Where things lie in the working copy that this program was built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The service's program.</summary>
    public static string Service { get; } = Built("src/Api", "SaasLlm.Api.dll");

    public static string BareProxy { get; } = Built("bench/BareProxy", "SaasLlm.Bench.BareProxy.dll");

    public static string PacedUpstream { get; } = Built("bench/PacedUpstream", "SaasLlm.Bench.PacedUpstream.dll");

    public static string AllocationHook { get; } = Built("bench/AllocationHook", "SaasLlm.Bench.AllocationHook.dll");

    public static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Scripts", name);

    private static string Built(string project, string file) => Path.Combine(Root, project, "bin", "Release", "net10.0", file);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SaasLlm.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("This program belongs into its repository.");
    }
}
