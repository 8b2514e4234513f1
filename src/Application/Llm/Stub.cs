#pragma warning disable CA1051, CA1822
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
namespace SaasLlm.Application.Llm;
public static class TokenEstimate { public static int FromBytes(int b) => (b + 3) / 4; }
public static class RouteOrder { public static IReadOnlyList<CatalogModel> Order(CatalogGroup g, CatalogSnapshot s, Random r) => []; }

public sealed class ChatAnswer { public TokenUsage? Usage; public string? FinishReason; public int TextBytes; public byte[] ResponseJson() => []; public int ChoiceCount; public ReadOnlyMemory<byte> ChoicesJson; }
public sealed class TeamChunk(Guid id, string model, bool usage) { public bool TryWrite(ReadOnlySpan<byte> json, System.Buffers.IBufferWriter<byte> o) => id == default && model == "" && usage; }
