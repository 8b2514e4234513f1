using SaasLlm.Application.Llm;
using SaasLlm.Infrastructure.Llm.Balancing;

namespace SaasLlm.Infrastructure.Tests.Llm.Balancing;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class DeploymentLoadTests
{
    private readonly DeploymentLoad _load = new();

    [TestCase(Cooling.Known, 100, Cooling.Known, 200, Cooling.Known, 200)]
    [TestCase(Cooling.Known, 200, Cooling.Known, 100, Cooling.Known, 200)]
    [TestCase(Cooling.Known, 100, Cooling.Guessed, 200, Cooling.Known, 100)]
    [TestCase(Cooling.Guessed, 200, Cooling.Known, 100, Cooling.Known, 100)]
    [TestCase(Cooling.Guessed, 100, Cooling.Guessed, 200, Cooling.Guessed, 200)]
    public void Cool_WhileItIsCooling_PutsKnowledgeBeforeGuessesAndTheLaterEndBeforeTheEarlier(
        Cooling first, long until, Cooling second, long newUntil, Cooling kind, long end)
    {
        _load.Cool(new Cooldown(until, first), now: 1);
        var changed = _load.Cool(new Cooldown(newUntil, second), now: 1);

        Assert.That(_load.CooldownAt(1), Is.EqualTo(new Cooldown(end, kind)));
        Assert.That(changed, Is.EqualTo(kind == second && end == newUntil));
        Assert.That(_load.CooldownAt(end), Is.Null);
    }

    [Test]
    public void Cool_AfterAnEarlierOneIsOver_BeginsANew()
    {
        _load.Cool(new Cooldown(100, Cooling.Known), now: 1);

        Assert.That(_load.Cool(new Cooldown(150, Cooling.Guessed), now: 120), Is.True);
        Assert.That(_load.CooldownAt(120)?.Kind, Is.EqualTo(Cooling.Guessed));
    }

    [Test]
    public void NextGuess_WhenNoAnswerComesBetween_DoublesUpToItsBound()
    {
        var guesses = Enumerable.Range(0, 5).Select(_ => _load.NextGuess(1)!.Value.TotalSeconds).ToArray();
        _load.Answered();

        Assert.That(guesses, Is.EqualTo([1, 2, 4, 5, 5]));
        Assert.That(_load.NextGuess(1), Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public void NextGuess_WhileItIsCooling_IsNone()
    {
        _load.Cool(new Cooldown(100, Cooling.Guessed), now: 1);

        Assert.That(_load.NextGuess(50), Is.Null, "calls that failed together count once");
    }

    [TestCase(Cooling.Guessed, false, false)]
    [TestCase(Cooling.Known, false, true)]
    [TestCase(Cooling.Known, true, true)]
    public void Answered_EndsWhatWasOnlyGuessed(Cooling kind, bool isCircuit, bool stays)
    {
        _load.Cool(new Cooldown(100, kind, isCircuit), now: 1);
        _load.Answered();

        Assert.That(_load.CooldownAt(1) is not null, Is.EqualTo(stays));
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    public void Recovered_EndsWhatTheCircuitBegan(bool isCircuit, bool stays)
    {
        _load.Cool(new Cooldown(100, Cooling.Known, isCircuit), now: 1);
        _load.Recovered();

        Assert.That(_load.CooldownAt(1) is not null, Is.EqualTo(stays));
    }
}
