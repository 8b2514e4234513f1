namespace SaasLlm.Application.Llm;

/// <summary>
/// Names of files that came without one, since a file part must have a name. A provider that can do without is not told it.
/// </summary>
public static class UntitledFiles
{
    public static ReadOnlySpan<byte> Pdf => "document.pdf"u8;

    public static ReadOnlySpan<byte> Text => "document.txt"u8;
}
