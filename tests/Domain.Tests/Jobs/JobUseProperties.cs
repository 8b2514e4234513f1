using FsCheck;
using FsCheck.Fluent;
using SaasLlm.Domain.Credits;
using SaasLlm.Domain.Jobs;
using SaasLlm.Domain.Teams;
using HoldsForAll = FsCheck.NUnit.PropertyAttribute;

namespace SaasLlm.Domain.Tests.Jobs;

/// <summary>A job that pays by use, loaded anew for each move as the writers do it: whatever its calls do, the wallet and the job agree.</summary>
internal sealed class JobUseProperties
{
    private const decimal Rate = 10;

    [HoldsForAll(MaxTest = 500, Arbitrary = new[] { typeof(Moves) })]
    public void AnySequence_Always_HoldsWhatTheJobMayCostAndNeverOvershoots(Move[] moves)
    {
        var run = new Run(wallet: 30);
        foreach (var move in moves)
        {
            run.Apply(move);

            Assert.That(run.Wallet.Reserved, Is.EqualTo(run.Reserved), "the wallet holds what the job says");
            Assert.That(run.Wallet.Used + run.Wallet.Reserved, Is.LessThanOrEqualTo(run.Wallet.Allocated));
            Assert.That(run.Reserved, Is.LessThanOrEqualTo(run.Due));
            Assert.That(run.Reserved == run.Due || run.Wallet.Available == 0, "less is held only where there was no more");
        }
    }

    [HoldsForAll(MaxTest = 500, Arbitrary = new[] { typeof(Moves) })]
    public void AnyEnd_Always_ChargesWhatWasUsedAndFreesTheRest(Move[] moves, bool fails)
    {
        var run = new Run(wallet: 30);
        foreach (var move in moves)
            run.Apply(move);
        var cost = new JobTariff(BudgetMode.ConsumptionUsd, Rate).Credits(run.Used);

        var job = run.Load();
        job.Finish(fails ? JobStatus.Failed : JobStatus.Completed, run.Wallet);

        Assert.That(run.Wallet.Reserved, Is.Zero);
        Assert.That(run.Wallet.Used, Is.EqualTo(job.CreditsCharged));
        Assert.That(job.CreditsCharged + job.CreditsWrittenOff, Is.EqualTo(fails ? 0 : cost));
    }

    private sealed class Run
    {
        private static readonly Guid JobId = Guid.CreateVersion7();
        private readonly Queue<JobUse> _running = new();

        public Run(decimal wallet)
        {
            Wallet = new CreditLedger(Guid.CreateVersion7(), wallet, 0, 0, unlimited: false);
            Wallet.Reserve(JobTariff.LeastCredits, JobId);
            Reserved = JobTariff.LeastCredits;
        }

        public CreditLedger Wallet { get; }

        public decimal Reserved { get; private set; }

        public JobUse Used { get; private set; }

        public decimal Due => new JobTariff(BudgetMode.ConsumptionUsd, Rate).Credits(_running.Aggregate(Used, JobUse.Add));

        public Job Load() => new(JobId, "team", JobStatus.InProgress, Reserved)
        {
            Tariff = new JobTariff(BudgetMode.ConsumptionUsd, Rate),
            Used = Used,
            Pending = _running.Aggregate(default(JobUse), JobUse.Add),
        };

        public void Apply(Move move)
        {
            if (move.Begins)
            {
                var job = Load();
                if (job.Admit(Guid.CreateVersion7(), move.Use, Wallet).IsSuccess)
                    _running.Enqueue(move.Use);
                Reserved = job.CreditsReserved;
            }
            else if (_running.TryDequeue(out _))
            {
                Used += move.Use;
                var job = Load();
                job.TrueUp(Guid.CreateVersion7(), Wallet);
                Reserved = job.CreditsReserved;
            }
        }
    }

    /// <param name="Begins">True: a call is let through with this estimate; false: the oldest running one ends, having used this.</param>
    internal sealed record Move(bool Begins, JobUse Use);

    internal static class Moves
    {
        public static Arbitrary<Move> Any() => Arb.From(
            from begins in Gen.Elements(true, true, false)
            from tenThousandths in Gen.OneOf(Gen.Choose(0, 2000), Gen.Choose(0, 20_000))
            select new Move(begins, new JobUse(tenThousandths / 10_000m, tenThousandths)));
    }
}
