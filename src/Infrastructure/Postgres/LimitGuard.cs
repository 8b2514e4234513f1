using Npgsql;

namespace SaasLlm.Infrastructure.Postgres;

/// <summary>Whether a change of limits can stand depends on those that it leaves; the table decides.</summary>
internal static class LimitGuard
{
    /// <summary>True where a burst would be left without the rate that refills it.</summary>
    public static bool Refused(PostgresException exception) =>
        exception.SqlState == PostgresErrorCodes.CheckViolation && exception.ConstraintName?.EndsWith("_burst_needs_rpm", StringComparison.Ordinal) == true;
}
