using System.Text.Json;
using SaasLlm.Application.Llm;

namespace SaasLlm.Infrastructure.Llm.Providers.Anthropic;

/// <content>Tools, the choice among them, and answers by a schema.</content>
internal sealed partial class AnthropicRequest
{
    /// <summary>
    /// The tool that stands for an answer by a schema where the model knows no other way: it must be called, and its input is
    /// the answer. Callers never see it.
    /// </summary>
    public static ReadOnlySpan<byte> AnswerTool => "__answer"u8;

    /// <summary>The schema that the answer must follow; undefined where it is free.</summary>
    private JsonElement Schema() =>
        _format.Get("type"u8).Is("json_schema"u8) ? _format.Object("json_schema"u8).Object("schema"u8) : default;

    private bool AnswersByTool => !_model.FollowsSchemas && Schema().Exists();

    private bool HasTools => _tools.Exists() && _tools.GetArrayLength() > 0;

    /// <summary>True where a tool must be called, which goes with no thinking.</summary>
    private bool ForcesTool()
    {
        var choice = chat.Get("tool_choice"u8);
        return AnswersByTool || (HasTools && (choice.Is("required"u8) || choice.ValueKind == JsonValueKind.Object));
    }

    private void WriteTools()
    {
        if (!HasTools && !AnswersByTool)
            return;

        _json.WriteStartArray("tools"u8);
        if (HasTools)
        {
            var index = 0;
            foreach (var tool in _tools.EnumerateArray())
                WriteTool(tool, index++);
        }

        if (AnswersByTool)
        {
            _json.WriteStartObject();
            _json.WriteString("name"u8, AnswerTool);
            _json.WriteString("description"u8, "Gives the answer. Call it when nothing else is left to do, and write nothing beside it."u8);
            Copy("input_schema"u8, Schema());
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    private void WriteTool(JsonElement tool, int index)
    {
        var function = tool.Object("function"u8);
        if (!tool.Get("type"u8).Is("function"u8) || !function.Exists())
        {
            Refuse($"tools[{index}].type: this model takes functions only.");
            return;
        }

        var isStrict = function.Get("strict"u8).IsTrue() && _model.FollowsSchemas;
        _json.WriteStartObject();
        Copy("name"u8, function.Text("name"u8));
        Copy("description"u8, function.Text("description"u8));
        _json.WritePropertyName("input_schema"u8);
        WriteInputSchema(function.Object("parameters"u8), isStrict);
        if (isStrict)
            _json.WriteBoolean("strict"u8, true);
        Copy("cache_control"u8, tool.Object("cache_control"u8));
        _json.WriteEndObject();
    }

    /// <summary>A function without parameters may leave the schema out there; here it is an object without properties.</summary>
    private void WriteInputSchema(JsonElement parameters, bool isStrict)
    {
        if (parameters.Exists() && isStrict)
        {
            AnthropicSchema.Write(_json, parameters);
            return;
        }

        if (parameters.Get("type"u8).Exists())
        {
            Copy(parameters);
            return;
        }

        _json.WriteStartObject();
        _json.WriteString("type"u8, "object"u8);
        if (parameters.Exists())
        {
            foreach (var member in parameters.EnumerateObject())
            {
                _json.WritePropertyName(member.Name);
                Copy(member.Value);
            }
        }
        else
        {
            _json.WriteStartObject("properties"u8);
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }

    private void WriteToolChoice()
    {
        if (!HasTools && !AnswersByTool)
            return;

        var choice = chat.Get("tool_choice"u8);
        var oneAtATime = chat.Get("parallel_tool_calls"u8).ValueKind == JsonValueKind.False;
        if (!choice.Exists() && !oneAtATime && !AnswersByTool)
            return;

        _json.WriteStartObject("tool_choice"u8);
        if (AnswersByTool)
            WriteAnswerChoice();
        else if (choice.ValueKind == JsonValueKind.Object)
            WriteNamedChoice(choice);
        else
            _json.WriteString("type"u8, choice.Is("none"u8) ? "none"u8 : choice.Is("required"u8) ? "any"u8 : "auto"u8);
        if (oneAtATime && !choice.Is("none"u8))
            _json.WriteBoolean("disable_parallel_tool_use"u8, true);
        _json.WriteEndObject();
    }

    /// <summary>Where there are other tools, these may come first; a model that thinks may not be forced.</summary>
    private void WriteAnswerChoice()
    {
        if (chat.Object("thinking"u8).Exists() && !chat.Object("thinking"u8).Get("type"u8).Is("disabled"u8))
        {
            _json.WriteString("type"u8, "auto"u8);
            return;
        }

        _json.WriteString("type"u8, HasTools ? "any"u8 : "tool"u8);
        if (!HasTools)
            _json.WriteString("name"u8, AnswerTool);
    }

    private void WriteNamedChoice(JsonElement choice)
    {
        var name = choice.Object("function"u8).Text("name"u8);
        if (!name.Exists())
            Refuse("tool_choice: this model takes auto, none, required or the name of a function.");
        _json.WriteString("type"u8, "tool"u8);
        Copy("name"u8, name);
    }
}
