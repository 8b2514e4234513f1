using Npgsql;
using SaasLlm.Domain.Credits;

namespace SaasLlm.Infrastructure.Credits;

/// <summary>A wallet's columns as a query gives them; what a query leaves out is zero.</summary>
internal record WalletRow
{
    public Guid AccountId { get; init; }

    public decimal Allocated { get; init; }

    public decimal Used { get; init; }

    public decimal Reserved { get; init; }

    public bool Unlimited { get; init; }

    public decimal Grace { get; init; }

    public CreditLedger ToLedger() => new(AccountId, Allocated, Used, Reserved, Unlimited, Grace);

    /// <summary>Reads account_id, allocated, used, reserved, unlimited and grace, in this order.</summary>
    /// <param name="first">The column of the first.</param>
    public static CreditLedger Read(NpgsqlDataReader reader, int first = 0) => new(
        reader.GetGuid(first),
        reader.GetDecimal(first + 1),
        reader.GetDecimal(first + 2),
        reader.GetDecimal(first + 3),
        reader.GetBoolean(first + 4),
        reader.GetDecimal(first + 5));
}
