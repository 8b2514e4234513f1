using System.Text.Json;
using FluentValidation;
using SaasLlm.Application.Shared;

namespace SaasLlm.Application.Tests.Shared;

internal sealed class RulesTests
{
    [TestCase("acme", true)]
    [TestCase(null, false)]
    [TestCase("a b", false)]
    public void ValidId_ForAnId_FollowsTheDomainsRule(string? id, bool valid) =>
        Assert.That(IsValid<string?>(id, rule => rule.ValidId()), Is.EqualTo(valid));

    [TestCase(null, true)]
    [TestCase("", true)]
    [TestCase("abcde", true)]
    [TestCase("abcdef", false)]
    [TestCase("a\0", false)]
    public void ValidText_ForOptionalText_LimitsLengthAndRefusesNul(string? text, bool valid) =>
        Assert.That(IsValid<string?>(text, rule => rule.ValidText(5)), Is.EqualTo(valid));

    [TestCase(null, false)]
    [TestCase("", false)]
    [TestCase("  ", false)]
    [TestCase("abcde", true)]
    [TestCase("abcdef", false)]
    [TestCase("a\0", false)]
    public void RequiredText_ForText_AlsoRefusesNone(string? text, bool valid) =>
        Assert.That(IsValid<string?>(text, rule => rule.RequiredText(5)), Is.EqualTo(valid));

    [TestCase(null, false, true)]
    [TestCase("1", false, true)]
    [TestCase("0.000001", false, true)]
    [TestCase("0", false, false)]
    [TestCase("0", true, true)]
    [TestCase("-1", false, false)]
    [TestCase("-1", true, false)]
    [TestCase("0.0000001", false, false)]
    [TestCase("1000000000000", false, false)]
    public void CreditAmount_AtItsEdges_FollowsTheLedgersScale(string? amount, bool zeroAllowed, bool valid) =>
        Assert.That(IsValid(amount is null ? default(decimal?) : decimal.Parse(amount), rule => rule.CreditAmount(zeroAllowed)), Is.EqualTo(valid));

    [TestCase("{}", true)]
    [TestCase("null", true)]
    [TestCase("""{"a":{"b":[1]}}""", true)]
    [TestCase("[]", false)]
    [TestCase("1", false)]
    [TestCase("\"text\"", false)]
    [TestCase("""{"a":"\u0000"}""", false)]
    public void ValidMetadata_ForJson_TakesObjectsOnly(string json, bool valid) =>
        Assert.That(IsValid<JsonElement?>(JsonElement.Parse(json), rule => rule.ValidMetadata()), Is.EqualTo(valid));

    [Test]
    public void ValidMetadata_WhenMissing_IsValid() => Assert.That(IsValid<JsonElement?>(null, rule => rule.ValidMetadata()), Is.True);

    [TestCase("a", 0, true)]
    [TestCase("a", 1, false)]
    [TestCase("ü", 0, true)]
    [TestCase("ü", 1, false)]
    public void MetadataFits_AtTenKilobytes_CountsBytesNotCharacters(string character, int over, bool fits)
    {
        const string frame = """{"a":""}""";
        var bytesEach = System.Text.Encoding.UTF8.GetByteCount(character);
        var text = string.Concat(Enumerable.Repeat(character, ((Rules.MaxMetadataBytes - frame.Length) / bytesEach) + over));

        Assert.That(Rules.MetadataFits(JsonElement.Parse(frame.Insert(6, text))), Is.EqualTo(fits));
    }

    private static bool IsValid<T>(T value, Action<IRuleBuilder<Holder<T>, T>> rule)
    {
        var validator = new InlineValidator<Holder<T>>();
        rule(validator.RuleFor(holder => holder.Value));
        return validator.Validate(new Holder<T>(value)).IsValid;
    }

    private sealed record Holder<T>(T Value);
}
