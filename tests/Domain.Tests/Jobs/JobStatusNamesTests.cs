using SaasLlm.Domain.Jobs;

namespace SaasLlm.Domain.Tests.Jobs;

internal sealed class JobStatusNamesTests
{
    [TestCase(JobStatus.Pending, "pending")]
    [TestCase(JobStatus.InProgress, "in_progress")]
    [TestCase(JobStatus.Completed, "completed")]
    [TestCase(JobStatus.Failed, "failed")]
    [TestCase(JobStatus.Cancelled, "cancelled")]
    public void OfAndParse_ForEachStatus_AreInverse(JobStatus status, string name)
    {
        Assert.That(JobStatusNames.Of(status), Is.EqualTo(name));
        Assert.That(JobStatusNames.Parse(name), Is.EqualTo(status));
    }

    [Test]
    public void Of_ForEveryStatusThatThereIs_HasAName() =>
        Assert.That(Enum.GetValues<JobStatus>().Select(JobStatusNames.Of), Is.Unique);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("Completed")]
    [TestCase("0")]
    [TestCase(" pending")]
    public void TryParse_WhenUnknown_IsFalse(string? name) => Assert.That(JobStatusNames.TryParse(name, out _), Is.False);

    [Test]
    public void Parse_WhenUnknown_Throws() => Assert.That(() => JobStatusNames.Parse("done"), Throws.ArgumentException);

    [Test]
    public void Of_WhenOutOfRange_Throws() => Assert.That(() => JobStatusNames.Of((JobStatus)9), Throws.InstanceOf<ArgumentOutOfRangeException>());
}
