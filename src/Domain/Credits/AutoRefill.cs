using System.Globalization;

namespace SaasLlm.Domain.Credits;

/// <summary>A team's refill while it and its wallet are locked.</summary>
/// <param name="teamId">Whose.</param>
/// <param name="wallet">Where the credits go; null: the team is stopped and gets none.</param>
/// <param name="credits">What each period grants, above zero.</param>
/// <param name="nextOn">The first day of the first period that has not been looked at.</param>
public sealed class AutoRefill(string teamId, CreditLedger? wallet, decimal credits, RefillPeriod period, DateOnly nextOn)
{
    private readonly List<DateOnly> _granted = [];

    public string TeamId { get; } = teamId;

    public CreditLedger? Wallet { get; } = wallet;

    public decimal Credits { get; } = credits;

    public RefillPeriod Period { get; } = period;

    public DateOnly NextOn { get; private set; } = nextOn;

    /// <summary>First days of the periods granted since it was loaded.</summary>
    public IReadOnlyList<DateOnly> Granted => _granted;

    /// <summary>Grants every period that has begun; false where the wallet cannot hold them all, which are not granted later either.</summary>
    public bool Grant(DateOnly today)
    {
        var held = true;
        for (; NextOn <= today; NextOn = Period.NextStart(NextOn))
        {
            if (Wallet is null)
                continue;

            if (Wallet.Refill(Credits, $"Refill for {NextOn.ToString("O", CultureInfo.InvariantCulture)}").IsSuccess)
                _granted.Add(NextOn);
            else
                held = false;
        }

        return held;
    }
}
