namespace SaasLlm.Application.Ports;

/// <summary>Hashes passwords slowly on purpose, and so few at the same time that calls are not starved.</summary>
public interface IPasswords
{
    /// <summary>Null where too many wait already.</summary>
    Task<string?> HashAsync(string password, CancellationToken cancellationToken);

    /// <summary>Takes the same time whether there is a hash or not.</summary>
    /// <param name="hash">Null: the password is wrong whatever it is.</param>
    Task<PasswordCheck> CheckAsync(string? hash, string password, CancellationToken cancellationToken);
}

/// <summary>How a password compares with a hash.</summary>
public enum PasswordCheck
{
    Wrong,
    Right,

    /// <summary>Right, and the hash was made with weaker settings than those of today.</summary>
    RightButOutdated,

    /// <summary>Too many wait already; it was not looked at.</summary>
    TooBusy,
}
