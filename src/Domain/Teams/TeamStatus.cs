namespace SaasLlm.Domain.Teams;

public enum TeamStatus
{
    /// <summary>May call.</summary>
    Active,

    /// <summary>Stopped by the operator, for instance for an unpaid bill; every request is refused.</summary>
    Suspended,

    /// <summary>Stopped for a while at the customer's wish; every request is refused.</summary>
    Paused,

    /// <summary>Gone for its users; its jobs and its ledger stay.</summary>
    Deleted,
}
