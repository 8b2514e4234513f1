using MediatR;
using SaasLlm.Application.Import;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api;

/// <summary>The <c>import</c> command: takes over a LiteLLM proxy's configuration, with <c>--apply</c> in earnest, and prints the report.</summary>
internal sealed class LiteLlmImport
{
    private const string Verb = "import";
    private const string FileOption = "--file=";
    private const string ApplyOption = "--apply";

    private readonly string? _file;
    private readonly bool _apply;

    private LiteLlmImport(string[] args)
    {
        _file = Array.FindLast(args, argument => argument.StartsWith(FileOption, StringComparison.Ordinal))?[FileOption.Length..];
        _apply = args.Contains(ApplyOption, StringComparer.Ordinal);
        ServiceArguments = Array.FindAll(args, argument => argument != ApplyOption && !argument.StartsWith(FileOption, StringComparison.Ordinal));
    }

    /// <summary>What is left for the service's configuration.</summary>
    public string[] ServiceArguments { get; }

    /// <summary>Null where the command line asks for something else.</summary>
    public static LiteLlmImport? From(string[] args) => args is [Verb, .. var rest] ? new LiteLlmImport(rest) : null;

    /// <summary>0 where it was imported, or could be; 1 where it was refused.</summary>
    public async Task<int> RunAsync(WebApplication app)
    {
        await using var ending = app;
        if (_file is null || !File.Exists(_file))
        {
            Console.Error.WriteLine(_file is null ? $"Say which file: {FileOption}config.yaml" : $"There is no file '{_file}'.");
            return 1;
        }

        await app.PrepareAsync();
        await using var scope = app.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Requester>().Is(Caller.Operator("command line"));
        var command = new ImportLiteLlm(await File.ReadAllTextAsync(_file), _apply);
        var result = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(command);
        if (result.Error is { } error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }

        Print(result.Value);
        return 0;
    }

    private static void Print(ImportReport report)
    {
        Print("Credentials", report.Credentials);
        Print("Models", report.Models);
        Print("Model groups", report.ModelGroups);
        Console.WriteLine($"Not carried over: {report.NotCarriedOver.Count}");
        foreach (var left in report.NotCarriedOver)
            Console.WriteLine($"  {left.Path}: {left.Reason}");
        Console.WriteLine(report.Applied ? "Done." : $"This was a dry run: nothing was written. Add {ApplyOption} to do it.");
    }

    private static void Print(string title, IReadOnlyList<ImportedItem> items)
    {
        Console.WriteLine($"{title}: {items.Count}");
        foreach (var item in items)
            Console.WriteLine($"  {item.Outcome,-9} {item.Name} ({item.Path}){(item.Detail is null ? "" : $": {item.Detail}")}");
    }
}
