#pragma warning disable CA1051, CA1822
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
namespace SaasLlm.Application.Llm;
public static class TokenEstimate { public static int FromBytes(int b) => (b + 3) / 4; }
public static class RouteOrder { public static IReadOnlyList<CatalogModel> Of(CatalogGroup g, CatalogSnapshot s, Random r) => []; }

public sealed class ChatAnswer { public TokenUsage? Usage; public string? FinishReason; public int TextBytes; public ReadOnlyMemory<byte> Message; public int ChoiceCount; public ReadOnlyMemory<byte> Choices; }
public sealed class TeamView(string id, string model, bool usage) { public bool TryWrite(ReadOnlySpan<byte> json, System.Buffers.IBufferWriter<byte> o) => id == "" && model == "" && usage; }
