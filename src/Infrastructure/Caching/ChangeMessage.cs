using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Caching;

/// <summary>The text of one notification: <c>thing:id</c>.</summary>
internal static class ChangeMessage
{
    public static string Format(ChangedThing thing, string id) => $"{thing}:{id}";

    public static bool TryParse(string payload, out ChangedThing thing, out string id)
    {
        var colon = payload.IndexOf(':', StringComparison.Ordinal);
        id = colon < 0 ? string.Empty : payload[(colon + 1)..];
        thing = default;
        return colon > 0 && Enum.TryParse(payload.AsSpan(0, colon), out thing);
    }
}
