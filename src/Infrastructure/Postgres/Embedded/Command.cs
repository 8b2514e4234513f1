using System.Collections.Concurrent;
using System.Diagnostics;

namespace SaasLlm.Infrastructure.Postgres.Embedded;

/// <summary>One run of an outside program.</summary>
internal static class Command
{
    /// <summary>Runs the program to its end and collects what it printed. Cancelling kills it.</summary>
    /// <param name="user">The operating-system user to run as; null: this process's own.</param>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string program, IEnumerable<string> arguments, string? user, CancellationToken cancellationToken)
    {
        // A session of its own: a terminal's Ctrl-C is for the service, which then decides what becomes of its children.
        var start = new ProcessStartInfo("setsid", ["--wait", program, .. arguments])
        {
            // The caller's folder may be closed to that user.
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (user is not null)
            start.UserName = user;

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var lines = new ConcurrentQueue<string>();
        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, string.Join('\n', lines).Trim());
    }

    /// <exception cref="InvalidOperationException">The program failed; the message holds what it printed.</exception>
    public static async Task<string> RunOrThrowAsync(
        string program, IEnumerable<string> arguments, string? user, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await RunAsync(program, arguments, user, cancellationToken);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {exitCode}: {output}");
    }
}
