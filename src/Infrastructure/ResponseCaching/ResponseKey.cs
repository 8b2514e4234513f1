using System.Buffers.Binary;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.ResponseCaching;

/// <summary>
/// The SHA-256 that stands for a request of one tenant: its canonical form, the route's name, whether it is streamed, and the
/// models behind the route, so that an answer of a model that has left the group serves no more. The prompt is kept nowhere.
/// </summary>
internal readonly record struct ResponseKey(ulong First, ulong Second, ulong Third, ulong Fourth)
{
    public const int Length = 32;

    /// <summary>Changed when the canonical form changes: old answers are then simply not found.</summary>
    private const byte Version = 1;

    /// <summary>False where the request is too involved to be compared.</summary>
    public static bool TryCreate(ChatRequest request, IReadOnlyList<CatalogModel> targets, CachePolicy policy, bool stream, out ResponseKey key)
    {
        using var hash = new HashingWriter();
        hash.WriteByte(Version);
        hash.WriteText(policy.TeamId);
        hash.WriteText(policy.RouteName);
        hash.WriteByte(stream ? (byte)'s' : (byte)'p');
        WriteTargets(hash, targets);
        if (!request.TryWriteCanonical(hash, stream))
        {
            key = default;
            return false;
        }

        Span<byte> digest = stackalloc byte[Length];
        hash.Finish(digest);
        key = new ResponseKey(
            BinaryPrimitives.ReadUInt64BigEndian(digest),
            BinaryPrimitives.ReadUInt64BigEndian(digest[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(digest[16..]),
            BinaryPrimitives.ReadUInt64BigEndian(digest[24..]));
        return true;
    }

    public void CopyTo(Span<byte> output)
    {
        BinaryPrimitives.WriteUInt64BigEndian(output, First);
        BinaryPrimitives.WriteUInt64BigEndian(output[8..], Second);
        BinaryPrimitives.WriteUInt64BigEndian(output[16..], Third);
        BinaryPrimitives.WriteUInt64BigEndian(output[24..], Fourth);
    }

    /// <summary>Lower-case hex.</summary>
    public override string ToString()
    {
        Span<byte> digest = stackalloc byte[Length];
        CopyTo(digest);
        return Convert.ToHexStringLower(digest);
    }

    /// <summary>The order in which models are tried is drawn anew for each call, so they are taken by name.</summary>
    private static void WriteTargets(HashingWriter hash, IReadOnlyList<CatalogModel> targets)
    {
        var order = new CatalogModel[targets.Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = targets[i];
        if (order.Length > 1)
            Array.Sort(order, static (left, right) => string.CompareOrdinal(left.Alias, right.Alias));

        hash.WriteLength(order.Length);
        foreach (var model in order)
        {
            hash.WriteText(model.Alias);
            hash.WriteText(model.Provider);
            hash.WriteText(model.UpstreamModel);
        }
    }
}
