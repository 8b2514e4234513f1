using System.Buffers.Text;
using System.Text;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Shared;

/// <summary>Which part of a list is asked for.</summary>
/// <param name="Limit">1 to 200; null: 50.</param>
/// <param name="Cursor">The <c>next_cursor</c> of the page before; null: the first page.</param>
public sealed record PageRequest(int? Limit, string? Cursor)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    /// <summary>Checks both and gives the key after which the page begins, null at the first.</summary>
    public Result<PageStart> Resolve()
    {
        if (Limit is < 1 or > MaxLimit)
            return Error.Field("limit", $"must be 1 to {MaxLimit}.");

        if (Cursor is null)
            return new PageStart(Limit ?? DefaultLimit, null);

        return PageCursor.TryDecode(Cursor, out var key)
            ? new PageStart(Limit ?? DefaultLimit, key)
            : Error.Field("cursor", "is not a cursor that this service gave out.");
    }
}

/// <param name="Limit">Rows to give; repositories read one more to learn whether there is a next page.</param>
/// <param name="After">Key of the last row of the page before.</param>
public sealed record PageStart(int Limit, string? After);

/// <summary>Rows of one page, and the cursor of the next.</summary>
public sealed record Page<T>(IReadOnlyList<T> Rows, string? NextCursor)
{
    /// <summary>Cuts a list that was read with one row too many.</summary>
    public static Page<T> Of(IReadOnlyList<T> rows, int limit, Func<T, string> key) =>
        rows.Count <= limit
            ? new Page<T>(rows, null)
            : new Page<T>([.. rows.Take(limit)], PageCursor.Encode(key(rows[limit - 1])));

    public Page<TOther> Select<TOther>(Func<T, TOther> convert) => new([.. Rows.Select(convert)], NextCursor);
}

/// <summary>Opaque form of a page's last key.</summary>
public static class PageCursor
{
    public static string Encode(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    public static bool TryDecode(string cursor, out string key)
    {
        key = string.Empty;
        // The decoder throws on what is no Base64, its Try notwithstanding.
        if (cursor.Length is 0 or > 1024 || !Base64Url.IsValid(cursor))
            return false;

        key = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return key.Length > 0 && !key.Contains('\uFFFD', StringComparison.Ordinal) && !key.Contains('\0', StringComparison.Ordinal);
    }
}
