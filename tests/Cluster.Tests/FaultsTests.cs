namespace SaasLlm.Cluster.Tests;

/// <summary>One part at a time fails under load. What was answered stands, and all goes on.</summary>
[Order(5)]
internal sealed class FaultsTests
{
    private const int EnoughJobs = 60;

    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(1);

    private static Cluster Cluster => ClusterSetUp.Cluster;

    private readonly Faults _faults = new(Cluster);

    [TearDown]
    public async Task VerifyAsync()
    {
        Assert.That(Cluster.LoggedBugs(), Is.Empty);
        var report = await Cluster.Front.GetAsync(Cluster.OperatorKey, "/api/ledger/verify");
        Assert.That(report.Json.GetProperty("clean").GetBoolean(), Is.True, report.Text);
    }

    [Test]
    public async Task Node_WhenItIsKilled_LosesNothingThatItAnswered()
    {
        var answered = await UnderLoadAsync(() => _faults.KillNodeAsync(1, AWhile));

        answered.AssertOnly(Outcome.NoCredits, Outcome.Limited, Outcome.NodeLost, Outcome.BrokenStream);
        await Cluster.Books.AssertHoldAsync(answered);
    }

    [Test]
    public async Task Node_WhenItIsToldToStop_FinishesWhatItHasBegun()
    {
        var answered = await UnderLoadAsync(() => _faults.RestartNodeAsync(2));

        // nginx may use a connection in the very moment in which the node closes it.
        answered.AssertOnly(Outcome.NoCredits, Outcome.Limited, Outcome.NodeLost);
        await Cluster.Books.AssertHoldAsync(answered);
    }

    [Test]
    public async Task Redis_WhenItIsKilled_CostsNeitherAnAnswerNorACredit()
    {
        var answered = await UnderLoadAsync(() => _faults.KillRedisAsync(AWhile));

        answered.AssertOnly(Outcome.NoCredits, Outcome.Limited);
        await Cluster.Books.AssertHoldAsync(answered);
        await LimitsTests.AssertAreSharedAsync();
    }

    [Test]
    public async Task Redis_WhenItStandsStill_CostsNeitherAnAnswerNorACredit()
    {
        var answered = await UnderLoadAsync(() => _faults.HaltRedisAsync(AWhile));

        answered.AssertOnly(Outcome.NoCredits, Outcome.Limited);
        await Cluster.Books.AssertHoldAsync(answered);
        await LimitsTests.AssertAreSharedAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Postgres_WhenItComesBack_IsUsedAgainByEveryNode(bool crashes)
    {
        var answered = await UnderLoadAsync(() => crashes ? _faults.CrashPostgresAsync(AWhile) : _faults.RestartPostgresAsync(AWhile));

        answered.AssertOnly(Outcome.NoCredits, Outcome.Limited, Outcome.Unavailable, Outcome.BrokenStream);
        Assert.That(answered.Count(Outcome.Unavailable), Is.Positive, "somebody has noticed");
        await Cluster.Books.AssertHoldAsync(answered);
    }

    /// <summary>The fault comes in the middle: the load has run before it and must run on after it.</summary>
    private static async Task<Answered> UnderLoadAsync(Func<Task> fault)
    {
        var load = Load.Start(Cluster, workers: 16, pace: TimeSpan.FromMilliseconds(20));
        await load.UntilEndedAsync(EnoughJobs);
        await fault();
        await load.UntilEndedAsync(EnoughJobs);
        await load.StopAsync();
        TestContext.Out.WriteLine(load.Answered);
        return load.Answered;
    }
}
