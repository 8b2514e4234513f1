using Microsoft.Extensions.Configuration;
using SaasLlm.Application.Import;
using SaasLlm.Domain.Shared;
using SaasLlm.Infrastructure.Import;

namespace SaasLlm.Infrastructure.Tests.Import;

internal sealed class YamlTests
{
    private readonly ConfigFiles _files = new(new ConfigurationBuilder()
        .AddInMemoryCollection([new("OPENAI_API_KEY", " sk-1 "), new("EMPTY", " "), new("Security:Key", "secret")]).Build());

    [Test]
    public void ReadYaml_OfADocument_KeepsTextAsItIsWritten()
    {
        var map = Map(
            """
            price: 1.5e-07
            quoted: "null"
            nothing: ~
            absent:
            list: [1, two, {three: 3}]
            block: |
              several
              lines
            """);

        Assert.That((map.Find("price"), map.Find("quoted"), map.Find("nothing"), map.Find("absent")), Is.EqualTo(((ConfigNode?)Text("1.5e-07"), (ConfigNode?)Text("null"), (ConfigNode?)null, (ConfigNode?)null)));
        Assert.That(((ConfigList)map.Find("list")!).Items, Has.Count.EqualTo(3));
        Assert.That(map.Find("block"), Is.EqualTo(Text("several\nlines")));
    }

    [Test]
    public void ReadYaml_WithMergedDefaults_TakesOverWhatIsNotSaid()
    {
        var map = Map(
            """
            defaults: &defaults {rpm: 10, api_key: a}
            more: &more {api_key: b, order: 1}
            one: {<<: *defaults, api_key: own}
            two: {<<: [*defaults, *more]}
            """);

        var (one, two) = ((ConfigMap)map.Find("one")!, (ConfigMap)map.Find("two")!);
        Assert.That((one.Find("rpm"), one.Find("api_key")), Is.EqualTo(((ConfigNode?)Text("10"), (ConfigNode?)Text("own"))));
        Assert.That((two.Find("api_key"), two.Find("order")), Is.EqualTo(((ConfigNode?)Text("a"), (ConfigNode?)Text("1"))));
    }

    [TestCase("a: [1", Description = "ends too early")]
    [TestCase("a: 1\na: 2", Description = "a key twice")]
    [TestCase("? [a, b]\n: 1", Description = "a key that is a list")]
    [TestCase("a: !!python/object/apply:os.system [rm]")]
    [TestCase("a: !custom 1")]
    [TestCase("!<tag:example.org,2026:thing> {a: 1}")]
    [TestCase("a: *nobody")]
    [TestCase("a: &a [*a]", Description = "holds itself")]
    [TestCase("a: 1\n---\nb: 2", Description = "two documents")]
    [TestCase("a: {<<: 1}")]
    [TestCase("a: \"\\UFFFFFFFF\"", Description = "no character")]
    [TestCase("a:\n\t- b")]
    [TestCase("a: b: c")]
    [TestCase("%YAML 9.9\n---\na")]
    public void ReadYaml_OfWhatItDoesNotTake_SaysWhere(string yaml)
    {
        var error = _files.ReadYaml(yaml).Error;

        Assert.That((error?.Code, error?.Kind), Is.EqualTo(("malformed_yaml", ErrorKind.Malformed)));
        Assert.That(error!.Message, Does.Match(@"\(line \d+, column \d+\)\.$"));
    }

    [Test]
    public void ReadYaml_OfAliasesThatMultiply_IsRefusedBeforeTheyDo()
    {
        var levels = Enumerable.Range(1, 30).Select(level => $"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 9))}]");
        var bomb = "a0: &a0 [lol]\n" + string.Join('\n', levels);

        Assert.That(_files.ReadYaml(bomb).Error?.Message, Does.StartWith("The file holds more than 50000 values").Or.StartWith("The file is nested"));
    }

    [TestCase("[", Description = "flow")]
    [TestCase("- ", Description = "block")]
    [TestCase("{a: ")]
    [TestCase("? ")]
    public void ReadYaml_OfADeepFile_IsRefused(string opening) =>
        Assert.That(_files.ReadYaml(string.Concat(Enumerable.Repeat(opening, 100_000))).Error?.Code, Is.EqualTo("malformed_yaml"));

    [Test]
    public void ReadYaml_OfALargeFile_IsRefused() =>
        Assert.That(_files.ReadYaml(new string('a', 1024 * 1024 + 1)).Error?.Kind, Is.EqualTo(ErrorKind.TooLarge));

    [Test]
    public void ReadYaml_OfManyValues_IsRefused() =>
        Assert.That(_files.ReadYaml(string.Concat(Enumerable.Repeat("- a\n", 60_000))).Error?.Message, Does.StartWith("The file holds more than 50000 values"));

    [TestCase("OPENAI_API_KEY", "sk-1")]
    [TestCase("EMPTY", null)]
    [TestCase("NOT_SET", null)]
    [TestCase("Security:Key", null, Description = "this service's own settings are nobody's to read")]
    [TestCase("Security__Key", null)]
    public void FindVariable_ForAName_GivesWhatTheEnvironmentSays(string name, string? value) => Assert.That(_files.FindVariable(name), Is.EqualTo(value));

    private ConfigMap Map(string yaml) => (ConfigMap)_files.ReadYaml(yaml).Value;

    private static ConfigScalar Text(string text) => new ConfigScalar(text);
}
