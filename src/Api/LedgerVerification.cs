using MediatR;
using SaasLlm.Application.Credits;

namespace SaasLlm.Api;

/// <summary>The <c>verify</c> command: prints each invariant with what it compared.</summary>
internal static class LedgerVerification
{
    /// <summary>0 where the books are clean, 1 where they are not.</summary>
    public static async Task<int> RunAsync(WebApplication app)
    {
        await using var ending = app;
        await app.PrepareAsync();
        await using var scope = app.Services.CreateAsyncScope();
        var report = (await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new VerifyLedger())).Value;
        foreach (var check in report.Checks)
        {
            Console.WriteLine($"{(check.Violations == 0 ? "ok    " : "BROKEN")} {check.Invariant}: {check.Compared} compared, {check.Violations} wrong");
            foreach (var example in check.Examples)
                Console.WriteLine($"         {example}");
        }

        Console.WriteLine(report.Clean ? "The ledger is clean." : "The ledger is NOT clean.");
        return report.Clean ? 0 : 1;
    }
}
