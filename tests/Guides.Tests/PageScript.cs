using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;
using SaasLlm.Testing;

namespace SaasLlm.Guides.Tests;

/// <summary>The blocks of a page as one script for bash, as a reader would run them in one shell: what one sets, the next one finds.</summary>
internal sealed class PageScript
{
    /// <summary>Stands in what is printed wherever a block begins.</summary>
    private const char Mark = '\u001e';

    private const string DefaultAddress = "localhost:8003";

    /// <summary>Where the guides' own servers listen.</summary>
    private const string ReceiverPort = "9000";

    /// <summary>What the published program is called.</summary>
    private const string Program = "SaasLlm.Api";

    private readonly string _folder = Directory.CreateTempSubdirectory("saasllm-guide-").FullName;
    private readonly string _receiverPort = Ports.Free().ToString(CultureInfo.InvariantCulture);
    private readonly StringBuilder _script = new("set -euo pipefail\n");
    private readonly List<Block> _blocks = [];
    private readonly ServiceUnderTest _service;
    private string? _group;

    /// <param name="service">Takes the place of the guides' own.</param>
    /// <param name="packages">Folder with the packages of npm that they use.</param>
    public PageScript(ServiceUnderTest service, string packages)
    {
        _service = service;
        Directory.CreateSymbolicLink(Path.Combine(_folder, "node_modules"), Path.Combine(packages, "node_modules"));
        Write(Program, $"#!/usr/bin/env bash\nexec dotnet '{ServiceProcess.Program}' \"$@\" --environment=Development\n");
        _script.Append(CultureInfo.InvariantCulture, $"chmod u+x {Program}\n");
    }

    public void Add(IEnumerable<Block> blocks)
    {
        foreach (var block in blocks)
            Add(block);
    }

    /// <summary>Runs all of it; fails the test where a block fails.</summary>
    /// <returns>What each block has printed.</returns>
    public async Task<IReadOnlyList<(Block Block, string Output)>> RunAsync()
    {
        var start = new ProcessStartInfo("bash", [Write("page.sh", _script.ToString())])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder,
        };
        var database = new NpgsqlConnectionStringBuilder(_service.ConnectionString);
        start.Environment["PGHOST"] = database.Host;
        start.Environment["PGPORT"] = database.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PGUSER"] = database.Username;
        start.Environment["PGPASSWORD"] = database.Password;
        start.Environment["PGDATABASE"] = database.Database;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var bash = Process.Start(start) ?? throw new InvalidOperationException("bash did not start.");
        var errors = bash.StandardError.ReadToEndAsync(deadline.Token);
        var printed = (await bash.StandardOutput.ReadToEndAsync(deadline.Token)).Split(Mark)[1..];
        await bash.WaitForExitAsync(deadline.Token);
        Assert.That(bash.ExitCode, Is.Zero, $"{(printed.Length == 0 ? null : _blocks[printed.Length - 1])} failed:\n{printed.LastOrDefault()}\n{await errors}");
        Directory.Delete(_folder, recursive: true);
        return [.. _blocks.Zip(printed)];
    }

    private void Add(Block block)
    {
        var text = block.Text
            .Replace(DefaultAddress, _service.Address.Authority, StringComparison.Ordinal)
            .Replace(ReceiverPort, _receiverPort, StringComparison.Ordinal);
        if (block.File.Length > 0)
            Write(block.File, text);
        if (!block.Run)
            return;

        _blocks.Add(block);
        _script.Append(CultureInfo.InvariantCulture, $"printf '{Mark}'\n");
        _script.Append(block.Language switch
        {
            "bash" => text,
            "python" => $"python3 {Write($"block-{block.Line}.py", text)}\n",
            "javascript" => $"node {Write($"block-{block.Line}.mjs", text)}\n",
            _ => CSharp(block),
        });
    }

    /// <summary>The first block of a program in C# runs all of it.</summary>
    private string CSharp(Block block)
    {
        var first = block.Group != _group;
        _group = block.Group;
        return first ? $"dotnet '{typeof(PageScript).Assembly.Location}' '{block.Group}'\n" : "";
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(_folder, name), text);
        return name;
    }
}
