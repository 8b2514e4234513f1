using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using SaasLlm.Application.Ports;

namespace SaasLlm.Infrastructure.Identities;

/// <summary>
/// ASP.NET Core Identity's hasher (PBKDF2, a salt each). One hash takes tens of milliseconds of a core, and anybody may ask for
/// one: half of the cores at most do it, so that sign-ins in any number leave room for calls.
/// </summary>
internal sealed class Passwords : IPasswords, IDisposable
{
    /// <summary>How many wait at most; more than these would wait for seconds.</summary>
    private const int MaxWaiting = 100;

    /// <summary>The hasher knows users only by type.</summary>
    private static readonly object AnyUser = new();

    private readonly PasswordHasher<object> _hasher = new(Options.Create(new PasswordHasherOptions()));
    private readonly SemaphoreSlim _gate = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly Lazy<string> _nobodys;
    private int _waiting;

    public Passwords() => _nobodys = new Lazy<string>(() => _hasher.HashPassword(AnyUser, "nobody's"));

    public Task<string?> HashAsync(string password, CancellationToken cancellationToken) =>
        WorkAsync<string?>(() => _hasher.HashPassword(AnyUser, password), null, cancellationToken);

    public Task<PasswordCheck> CheckAsync(string? hash, string password, CancellationToken cancellationToken) =>
        WorkAsync(() => Check(hash, password), PasswordCheck.TooBusy, cancellationToken);

    public void Dispose() => _gate.Dispose();

    private PasswordCheck Check(string? hash, string password)
    {
        var outcome = _hasher.VerifyHashedPassword(AnyUser, hash ?? _nobodys.Value, password);
        if (hash is null)
            return PasswordCheck.Wrong;

        return outcome switch
        {
            PasswordVerificationResult.Success => PasswordCheck.Right,
            PasswordVerificationResult.SuccessRehashNeeded => PasswordCheck.RightButOutdated,
            _ => PasswordCheck.Wrong,
        };
    }

    private async Task<T> WorkAsync<T>(Func<T> work, T tooBusy, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return tooBusy;
        }

        try
        {
            await _gate.WaitAsync(cancellationToken);
            try
            {
                return work();
            }
            finally
            {
                _gate.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
