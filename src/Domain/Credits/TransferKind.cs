namespace SaasLlm.Domain.Credits;

/// <summary>The accounts between which credits move.</summary>
/// <remarks>A wallet is two accounts kept in one row, so that a move between them locks one row: what it can spend, and what it holds for running work.
/// The others are the operator's counterparts; they keep no running balance, theirs is the sum of their transfers.</remarks>
public enum LedgerAccount
{
    /// <summary>The spendable part of a wallet.</summary>
    Available,

    /// <summary>The part of a wallet that is reserved.</summary>
    Held,

    /// <summary>Where granted credits come from.</summary>
    Issued,

    /// <summary>Where charges go.</summary>
    Revenue,

    /// <summary>Where unused credits go when they end.</summary>
    Expired,

    /// <summary>Who bears what no wallet could pay.</summary>
    Writeoff,

    /// <summary>Between two wallets of one organization; empty whenever a transaction has ended.</summary>
    Transit,
}

/// <summary>Why credits moved. Each kind has exactly one debit and one credit account, which the database checks as well.</summary>
public enum TransferKind
{
    /// <summary>Issued → available: the operator grants credits.</summary>
    Allocation,

    /// <summary>Available → held: work begins.</summary>
    Reservation,

    /// <summary>Held → revenue: work is paid for.</summary>
    Charge,

    /// <summary>Held → available: work ended without a charge.</summary>
    Release,

    /// <summary>Revenue → available: a charge is given back.</summary>
    Refund,

    /// <summary>Available → issued: the operator takes granted credits back.</summary>
    Adjustment,

    /// <summary>Issued → available: a periodic grant.</summary>
    Refill,

    /// <summary>Available → expired: unused credits end.</summary>
    Expiry,

    /// <summary>Writeoff → revenue: the operator bears what the wallet could not pay.</summary>
    Writeoff,

    /// <summary>Available → transit: the first half of a move to another wallet of the organization.</summary>
    MoveOut,

    /// <summary>Transit → available: the second half.</summary>
    MoveIn,
}
