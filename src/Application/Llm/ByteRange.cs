namespace SaasLlm.Application.Llm;

/// <summary>Where a piece of JSON stands in the text that it was found in.</summary>
internal readonly record struct ByteRange(int Start, int End)
{
    public int Length => End - Start;

    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> text) => text[Start..End];

    public ReadOnlyMemory<byte> In(ReadOnlyMemory<byte> text) => text[Start..End];
}
