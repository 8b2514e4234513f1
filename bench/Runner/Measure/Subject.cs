namespace SaasLlm.Bench.Measure;

/// <summary>A server that is compared with others.</summary>
/// <param name="ProcessId">Null: a load by itself, such as pgbench, whose own CPU time says nothing.</param>
/// <param name="Allocations">Null: not a .NET process.</param>
/// <param name="IsService">True: the service, with credentials, jobs and a database; false: a proxy that passes everything on.</param>
internal sealed record Subject(string Name, Uri Address, int? ProcessId, AllocationGauge? Allocations, bool IsService)
{
    public const string Nginx = "nginx";
    public const string Bare = "bare proxy";
    public const string Service = "service";
    public const string Pgbench = "pgbench";
}
