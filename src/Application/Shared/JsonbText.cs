using System.Text.Json;

namespace SaasLlm.Application.Shared;

/// <summary>What JSON allows and PostgreSQL's <c>jsonb</c> does not: NUL characters, halves of surrogate pairs, numbers of absurd size.</summary>
internal static class JsonbText
{
    /// <param name="json">Valid JSON.</param>
    public static bool CanKeep(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            var fits = reader.TokenType switch
            {
                JsonTokenType.PropertyName or JsonTokenType.String => !reader.ValueIsEscaped || CanKeepText(ref reader),
                JsonTokenType.Number => CanKeepNumber(ref reader),
                _ => true,
            };
            if (!fits)
                return false;
        }

        return true;
    }

    private static bool CanKeepText(ref Utf8JsonReader reader)
    {
        try
        {
            return !reader.GetString()!.Contains('\0', StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return false;
        }
    }

    /// <summary>Within the range of a double, which every reader of JSON shares.</summary>
    private static bool CanKeepNumber(ref Utf8JsonReader reader)
    {
        if (!reader.TryGetDouble(out var value) || !double.IsFinite(value))
            return false;
        if (value != 0)
            return true;

        // A zero, or something too small to tell from it.
        var exponent = reader.ValueSpan.IndexOfAny((byte)'e', (byte)'E');
        var mantissa = exponent < 0 ? reader.ValueSpan : reader.ValueSpan[..exponent];
        return !mantissa.ContainsAnyInRange((byte)'1', (byte)'9');
    }
}
