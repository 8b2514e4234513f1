using System.Buffers;
using System.Text;
using System.Text.Json;
using SaasLlm.Infrastructure.Llm.Providers.Sandbox;

namespace SaasLlm.Infrastructure.Tests.Llm;

internal sealed class SchemaSampleTests
{
    [TestCase("""{"type":"string"}""", "\"sandbox\"")]
    [TestCase("""{"type":"string","minLength":9}""", "\"sandboxxx\"")]
    [TestCase("""{"type":"string","maxLength":3}""", "\"san\"")]
    [TestCase("""{"type":"string","maxLength":0}""", "\"\"")]
    [TestCase("""{"type":"string","format":"date"}""", "\"2025-01-01\"")]
    [TestCase("""{"type":"string","format":"date-time"}""", "\"2025-01-01T00:00:00Z\"")]
    [TestCase("""{"type":"string","format":"email"}""", "\"sandbox@example.com\"")]
    [TestCase("""{"type":"string","format":"uuid"}""", "\"00000000-0000-4000-8000-000000000000\"")]
    [TestCase("""{"type":"string","format":"uri"}""", "\"https://example.com/sandbox\"")]
    [TestCase("""{"type":"string","format":"unheard-of"}""", "\"sandbox\"")]
    [TestCase("""{"type":"integer"}""", "1")]
    [TestCase("""{"type":"integer","minimum":5}""", "5")]
    [TestCase("""{"type":"integer","minimum":1.5}""", "2")]
    [TestCase("""{"type":"integer","maximum":-3}""", "-3")]
    [TestCase("""{"type":"integer","exclusiveMinimum":4}""", "5")]
    [TestCase("""{"type":"integer","exclusiveMaximum":0}""", "-1")]
    [TestCase("""{"type":"integer","minimum":5,"multipleOf":4}""", "8")]
    [TestCase("""{"type":"number","minimum":0.25,"maximum":0.5}""", "0.5")]
    [TestCase("""{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":0.5}""", "0.25")]
    [TestCase("""{"type":"boolean"}""", "true")]
    [TestCase("""{"type":"null"}""", "null")]
    [TestCase("""{"type":["null","integer"]}""", "1")]
    [TestCase("""{"enum":["red","blue"]}""", "\"red\"")]
    [TestCase("""{"const":{"a":[1]}}""", "{\"a\":[1]}")]
    [TestCase("""{}""", "\"sandbox\"")]
    [TestCase("""true""", "\"sandbox\"")]
    [TestCase("""{"type":"array","items":{"type":"integer"}}""", "[1]")]
    [TestCase("""{"type":"array","items":{"type":"integer"},"minItems":3}""", "[1,1,1]")]
    [TestCase("""{"type":"array","items":{"type":"integer"},"minItems":3,"uniqueItems":true}""", "[1,2,3]")]
    [TestCase("""{"type":"array","items":{"type":"integer"},"maxItems":0}""", "[]")]
    [TestCase("""{"prefixItems":[{"type":"string"},{"type":"boolean"}]}""", "[\"sandbox\",true]")]
    [TestCase("""{"type":"object"}""", "{}")]
    [TestCase("""{"properties":{"a":{"type":"object","properties":{"b":{"const":2}},"required":["b"]}}}""", "{\"a\":{\"b\":2}}")]
    [TestCase("""{"type":"object","required":["x"],"additionalProperties":{"type":"integer"}}""", "{\"x\":1}")]
    [TestCase("""{"type":"object","additionalProperties":{"type":"integer"}}""", "{\"sandbox\":1}")]
    [TestCase("""{"$defs":{"c":{"enum":["k"]}},"type":"object","properties":{"a":{"$ref":"#/$defs/c"}}}""", "{\"a\":\"k\"}")]
    [TestCase("""{"definitions":{"a/b":{"const":1}},"items":{"$ref":"#/definitions/a~1b"}}""", "[1]")]
    [TestCase("""{"anyOf":[{"type":"integer"},{"type":"string"}]}""", "1")]
    [TestCase("""{"oneOf":[{"properties":{"kind":{"const":"a"}},"required":["kind"]},{"type":"null"}]}""", "{\"kind\":\"a\"}")]
    [TestCase("""{"allOf":[{"properties":{"a":{"const":1}}},{"properties":{"b":{"const":2}},"required":["b"]}]}""", "{\"a\":1,\"b\":2}")]
    [TestCase("""{"allOf":[{"minimum":3},{"minimum":7},{"maximum":9}],"type":"integer"}""", "7")]
    [TestCase("""{"allOf":[{"properties":{"a":{"type":"integer","minimum":2}}},{"properties":{"a":{"minimum":4}}}]}""", "{\"a\":4}")]
    [TestCase("""{"$ref":"#/$defs/gone","$defs":{}}""", "\"sandbox\"")]
    [TestCase("""{"$defs":{"a":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}""", "\"sandbox\"")]
    public void Write_WhateverTheSchema_FitsIt(string schema, string expected) => Assert.That(Sample(schema), Is.EqualTo(expected));

    [TestCase("""{"type":"object","properties":{"value":{"type":"integer"},"next":{"anyOf":[{"$ref":"#"},{"type":"null"}]}},"required":["value","next"]}""")]
    [TestCase("""{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}},"required":["children"]}""")]
    public void Write_WhenTheSchemaIsRecursive_ComesToAnEnd(string schema)
    {
        using var json = JsonDocument.Parse(Sample(schema));

        Assert.That(json.RootElement.ValueKind, Is.EqualTo(JsonValueKind.Object));
    }

    [TestCase("""{"type":"string","minLength":1000000000}""")]
    [TestCase("""{"type":"array","minItems":1000000000,"items":{"type":"integer"}}""")]
    [TestCase("""{"type":"array","minItems":1000,"items":{"type":"array","minItems":1000,"items":{"type":"array","minItems":1000}}}""")]
    [TestCase("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""")]
    public void Write_WhenTheSmallestInstanceIsHuge_Refuses(string schema) =>
        Assert.That(() => Sample(schema), Throws.InstanceOf<SchemaTooLargeException>());

    private static string Sample(string schema)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output))
            new SchemaSample(JsonElement.Parse(schema)).Write(writer);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
