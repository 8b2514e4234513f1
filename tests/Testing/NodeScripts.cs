using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace SaasLlm.Testing;

/// <summary>
/// Scripts for node and their packages. They are installed once for each user of this machine, beside the sources, which stay as
/// they are.
/// </summary>
public static class NodeScripts
{
    /// <summary>Gives the folder to run the scripts in; made in one move, so that no other test process finds half of it.</summary>
    /// <param name="sources">Folder with package.json, its lock file and the scripts, from the solution's.</param>
    public static async Task<string> InstallAsync(params string[] sources)
    {
        var source = Path.Combine([Root(), .. sources]);
        string[] files = [.. Directory.EnumerateFiles(source, "package*.json"), .. Directory.EnumerateFiles(source, "*.mjs")];
        Array.Sort(files, StringComparer.Ordinal);
        var content = string.Concat(files.Select(File.ReadAllText));
        var version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Environment.UserName + content)))[..12];
        var prefix = $"saasllm-{Path.GetFileName(source).ToLowerInvariant()}-";
        var folder = Path.Combine(Path.GetTempPath(), prefix + version);
        if (Directory.Exists(folder))
            return folder;

        var scratch = Directory.CreateTempSubdirectory(prefix).FullName;
        foreach (var file in files)
            File.Copy(file, Path.Combine(scratch, Path.GetFileName(file)));

        // A cache of its own: not every user has a home to keep one in.
        using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--cache", Path.Combine(scratch, ".npm")])
        {
            UseShellExecute = false,
            WorkingDirectory = scratch,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("npm did not start.");
        var errors = npm.StandardError.ReadToEndAsync();
        await npm.StandardOutput.ReadToEndAsync();
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0)
            throw new InvalidOperationException($"npm ci: {await errors}");

        try
        {
            Directory.Move(scratch, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(scratch, recursive: true);
        }

        return folder;
    }

    /// <summary>The repository's folder.</summary>
    public static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SaasLlm.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No SaasLlm.sln above {AppContext.BaseDirectory}.");
    }
}
