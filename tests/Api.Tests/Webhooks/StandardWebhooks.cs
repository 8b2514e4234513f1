using System.Diagnostics;
using System.Text.Json;
using SaasLlm.Testing;

namespace SaasLlm.Api.Tests.Webhooks;

/// <summary>The library that receivers verify with.</summary>
internal static class StandardWebhooks
{
    /// <summary>What the library says of each request: <c>good</c>, or why not.</summary>
    public static async Task<string[]> VerifyAsync(string secret, IEnumerable<ReceivedRequest> requests)
    {
        var scripts = await NodeScripts.InstallAsync("tests", "Api.Tests", "Webhooks");
        var start = new ProcessStartInfo("node", ["verify.mjs"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = scripts,
        };
        using var node = Process.Start(start) ?? throw new InvalidOperationException("node did not start.");
        foreach (var request in requests)
        {
            var headers = request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value, StringComparer.Ordinal);
            await node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { secret, body = request.Body, headers }));
        }

        node.StandardInput.Close();
        var said = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
