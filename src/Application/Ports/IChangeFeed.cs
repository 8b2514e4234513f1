namespace SaasLlm.Application.Ports;

/// <summary>What a change is about: decides which cache drops an entry.</summary>
public enum ChangedThing
{
    /// <summary>A team's status, limits or grants; the id is the team's.</summary>
    Team,

    /// <summary>A virtual key; the id is the lower-case hex of its SHA-256.</summary>
    Key,

    /// <summary>Models, groups, access groups or provider credentials; no id, the catalogue is loaded whole.</summary>
    Catalog,

    /// <summary>An organization's status, limits, tier or wallets; every team and every user is dropped; the id is the organization's.</summary>
    Organization,

    /// <summary>A tier's terms; the id is its name.</summary>
    Tier,

    /// <summary>A job that ended; the id is the job's.</summary>
    Job,

    /// <summary>A key that a user or an organization brought; the id is the organization's.</summary>
    Byok,

    /// <summary>A user's status, rights or memberships; the id is the user's.</summary>
    User,

    /// <summary>A login at an identity provider; the id is <see cref="ExternalLogin.Hash"/>.</summary>
    Login,

    /// <summary>A user's API key; the id is the lower-case hex of its SHA-256.</summary>
    UserKey,

    /// <summary>A session; the id is the lower-case hex of its token's SHA-256.</summary>
    Session,

    /// <summary>The pricing rules; no id, they are loaded whole.</summary>
    Pricing,

    /// <summary>The hard budgets, or that one is used up; no id, they are loaded whole.</summary>
    Budget,

    /// <summary>Credits that a team was given, announced by the database; the id is the team's. No cache holds them.</summary>
    Credits,

    /// <summary>The same of an organization's pool or one of its allocations; the id is the organization's.</summary>
    Pool,

    /// <summary>A new alert, announced by the database; the id is its own. No cache holds it.</summary>
    Alert,
}

/// <summary>Tells every node, within the transaction that makes the change, to drop what it cached.</summary>
public interface IChangeFeed
{
    /// <summary>Announces a change when the current transaction commits; does nothing where it rolls back.</summary>
    Task AnnounceAsync(ChangedThing thing, string id, CancellationToken cancellationToken);
}
