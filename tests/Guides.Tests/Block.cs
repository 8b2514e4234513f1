using System.Text.Json;

namespace SaasLlm.Guides.Tests;

/// <summary>A code block of a guide, as <c>blocks.mjs</c> cut it out.</summary>
/// <param name="Page">Path of the guide, from the repository's root.</param>
/// <param name="Line">The line where its text begins.</param>
/// <param name="Language">The word after the fence.</param>
/// <param name="Run">Whether it is run; else it is only checked as far as that goes.</param>
/// <param name="File">The name under which the reader saves it, or empty.</param>
/// <param name="Text">What stands in it.</param>
/// <param name="Group">For C#: the program that it is a part of.</param>
internal sealed record Block(string Page, int Line, string Language, bool Run, string File, string Text, string? Group)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<Block> All { get; } = Read();

    public static IEnumerable<Block> Of(string page) => All.Where(block => block.Page == page);

    // What a test is called by.
    public override string ToString() => $"{Page}:{Line}";

    private static Block[] Read()
    {
        using var resource = typeof(Block).Assembly.GetManifestResourceStream("blocks.json")!;
        return JsonSerializer.Deserialize<Block[]>(resource, Json)!;
    }
}
