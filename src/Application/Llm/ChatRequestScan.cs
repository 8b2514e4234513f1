using System.Text.Json;
using System.Text.Unicode;
using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm;

/// <summary>The one pass over a chat request: checks it and notes what is read and where the rest stands.</summary>
internal ref struct ChatRequestScan(ReadOnlySpan<byte> body)
{
    /// <summary>What an inline picture or file (a <c>data:</c> address) counts in <see cref="PromptBytes"/>: about a thousand tokens.</summary>
    public const int InlineDataBytes = 4096;

    private const int MaxTextLength = 255;
    private const int MaxChoices = 128;

    private readonly ReadOnlySpan<byte> _body = body;
    private Utf8JsonReader _reader = new(body, new JsonReaderOptions { MaxDepth = ChatRequest.MaxDepth });
    private ByteRange[] _members = new ByteRange[8];
    private int _memberCount;
    private ExtensionMember[]? _extensions;
    private ulong _seen;
    private bool _hasMessages;
    private string? _modelGroup;
    private string? _model;
    private string? _purpose;
    private int? _maxTokens;
    private int? _maxCompletionTokens;
    private PowerLevel? _power;
    private string? _taskType;
    private bool _privacyRequired;
    private ModelNeeds _needs;

    public readonly string? ModelGroup => _modelGroup;

    public readonly string? Model => _model;

    public readonly string? Purpose => _purpose;

    /// <summary><c>max_completion_tokens</c>, which replaces the older <c>max_tokens</c> where both are given.</summary>
    public readonly int? MaxTokens => _maxCompletionTokens ?? _maxTokens;

    /// <summary>True where the caller limits the output by the newer name, which not every provider knows.</summary>
    public readonly bool NamesMaxCompletionTokens => _maxCompletionTokens is not null;

    public bool Stream { get; private set; }

    public bool IncludeUsage { get; private set; }

    public int PromptBytes { get; private set; }

    public ByteRange StreamOptions { get; private set; }

    /// <summary>True where messages or tools hold some of <see cref="ChatExtensions.Anthropic"/>; now and then also where they only seem to.</summary>
    public bool HasNestedExtensions { get; private set; }

    /// <summary>The request's own members that not every provider knows; null: none.</summary>
    public readonly ExtensionMember[]? Extensions => _extensions;

    public int? CacheTtlSeconds { get; private set; }

    public readonly CallIntent Intent => new() { Power = _power, TaskType = _taskType, PrivacyRequired = _privacyRequired, Needs = _needs };

    public readonly ByteRange[] PassedOn => _members.Length == _memberCount ? _members : _members[.._memberCount];

    /// <exception cref="JsonException">The text is not JSON, or is nested too deep.</exception>
    public Error? Run()
    {
        // The reader looks at strings only as far as they are asked for; PostgreSQL and upstreams look at all of them.
        if (!Utf8.IsValid(_body))
            return LlmErrors.MalformedJson();

        _reader.Read();
        if (_reader.TokenType != JsonTokenType.StartObject)
            return LlmErrors.NotAnObject();

        Error? broken = null;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            // A broken rule is reported only when the whole text has proved to be JSON.
            var error = ReadMember();
            broken ??= error;
        }

        // Throws where something follows the object.
        _reader.Read();
        return broken ?? CheckWhole();
    }

    private readonly Error? CheckWhole()
    {
        if (!_hasMessages)
            return Error.Field("messages", "is required.");
        return Model is not null && ModelGroup is not null
            ? Error.Field("model", "must not be given together with model_group.")
            : null;
    }

    private Error? ReadMember()
    {
        var start = (int)_reader.TokenStartIndex;
        var member = ChatMember.At(ref _reader, out var bit);
        _reader.Read();
        var valueStart = (int)_reader.TokenStartIndex;
        var valueDepth = _reader.CurrentDepth;
        Error? error = null;
        if (member is not null)
        {
            if ((_seen & bit) != 0)
                error = Error.Field(member.Name, "must be given only once.");
            else if (!member.Accepts(_reader.TokenType))
                error = Error.Field(member.Name, $"must be {member.ShapesInWords}.");
            else if (_reader.TokenType != JsonTokenType.Null)
                error = ReadValue(member);
            _seen |= bit;
        }

        SkipTo(valueDepth);
        var end = (int)_reader.BytesConsumed;
        if (member is { Extension: not ChatExtensions.None })
            _extensions = [.. _extensions ?? [], new ExtensionMember(member.Extension, new ByteRange(start, end))];
        else if (member is null || member.IsPassedOn)
            PassOn(new ByteRange(start, end));
        if (member is { IsCounted: true })
            PromptBytes += end - valueStart;
        else if (member is { Use: ChatMemberUse.StreamOptions } && _reader.TokenType == JsonTokenType.EndObject)
            StreamOptions = new ByteRange(valueStart, end);

        return error;
    }

    private Error? ReadValue(ChatMember member)
    {
        switch (member.Use)
        {
            case ChatMemberUse.Messages:
                return ReadMessages();
            case ChatMemberUse.StreamOptions:
                return ReadStreamOptions();
            case ChatMemberUse.Cache:
                return ReadCache();
            case ChatMemberUse.Stream:
                Stream = _reader.GetBoolean();
                return null;
            case ChatMemberUse.ModelGroup:
                return ReadText(member.Name, out _modelGroup);
            case ChatMemberUse.Model:
                return ReadText(member.Name, out _model);
            case ChatMemberUse.Purpose:
                return ReadText(member.Name, out _purpose, emptyAllowed: true);
            case ChatMemberUse.MaxTokens:
                return ReadCount(member.Name, int.MaxValue, out _maxTokens);
            case ChatMemberUse.MaxCompletionTokens:
                return ReadCount(member.Name, int.MaxValue, out _maxCompletionTokens);
            case ChatMemberUse.Choices:
                return ReadCount(member.Name, MaxChoices, out _);
            case ChatMemberUse.Tools:
                ReadTools();
                return null;
            case ChatMemberUse.ResponseFormat:
                ReadResponseFormat();
                return null;
            case ChatMemberUse.Privacy:
                _privacyRequired = _reader.GetBoolean();
                return null;
            case ChatMemberUse.PowerLevel:
                return ReadText(member.Name, out var level) is null && PowerLevels.TryParse(level, out var power)
                    ? Keep(power)
                    : Error.Field(member.Name, PowerLevels.Rule);
            case ChatMemberUse.TaskType:
                return ReadText(member.Name, out _taskType) is null && TaskTypes.IsKnown(_taskType) ? null : Error.Field(member.Name, TaskTypes.Rule);
            case ChatMemberUse.Temperature:
                return _reader.TryGetDouble(out var temperature) && temperature is >= 0 and <= 2
                    ? null
                    : Error.Field(member.Name, "must be 0 to 2.");
            default:
                return null;
        }
    }

    private readonly Error? ReadText(string field, out string? text, bool emptyAllowed = false)
    {
        text = null;
        try
        {
            text = _reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped.
            return Error.Field(field, "must be valid Unicode.");
        }

        return (text!.Length == 0 && !emptyAllowed) || text.Length > MaxTextLength || text.Contains('\0', StringComparison.Ordinal)
            ? Error.Field(field, $"must be {(emptyAllowed ? 0 : 1)} to {MaxTextLength} characters, without NUL.")
            : null;
    }

    private readonly Error? ReadCount(string field, int max, out int? count)
    {
        count = _reader.TryGetInt32(out var value) ? value : null;
        return count >= 1 && count <= max ? null : Error.Field(field, $"must be a whole number from 1 to {max}.");
    }

    private Error? Keep(PowerLevel power)
    {
        _power = power;
        return null;
    }

    private void ReadTools()
    {
        var depth = _reader.CurrentDepth;
        while (_reader.Read() && _reader.CurrentDepth > depth)
        {
            _needs |= ModelNeeds.Tools;
            NoteCacheControl();
        }
    }

    private void ReadResponseFormat()
    {
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = _reader.ValueTextEquals("type"u8);
            _reader.Read();
            if (isType && _reader.TokenType == JsonTokenType.String && _reader.ValueTextEquals("json_schema"u8))
                _needs |= ModelNeeds.JsonSchema;
            _reader.Skip();
        }
    }

    private Error? ReadStreamOptions()
    {
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var usage = _reader.ValueTextEquals("include_usage"u8);
            _reader.Read();
            if (usage)
            {
                if (_reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null))
                    return Error.Field("stream_options.include_usage", "must be true or false.");
                IncludeUsage = _reader.TokenType == JsonTokenType.True;
            }

            _reader.Skip();
        }

        return null;
    }

    private Error? ReadCache()
    {
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            var isTtl = _reader.ValueTextEquals("ttl"u8);
            _reader.Read();
            if (isTtl && CacheTtlSeconds is not null)
                return Error.Field("cache.ttl", "must be given only once.");
            if (isTtl && !(_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt32(out var ttl) && ttl is >= 0 and <= CachePolicy.MaxTtlSeconds))
                return Error.Field("cache.ttl", $"must be a whole number of seconds from 0 (no cache) to {CachePolicy.MaxTtlSeconds}.");
            if (isTtl)
                CacheTtlSeconds = _reader.GetInt32();
            _reader.Skip();
        }

        return CacheTtlSeconds is null ? Error.Field("cache.ttl", "is required in cache.") : null;
    }

    private Error? ReadMessages()
    {
        var index = 0;
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            if (_reader.TokenType != JsonTokenType.StartObject)
                return Error.Field($"messages[{index}]", "must be an object.");
            if (ReadMessage(index) is { } error)
                return error;
            index++;
        }

        if (index == 0)
            return Error.Field("messages", "must not be empty.");
        _hasMessages = true;
        return null;
    }

    private Error? ReadMessage(int index)
    {
        var hasRole = false;
        var saysSomething = false;
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            if (_reader.ValueTextEquals("role"u8))
            {
                _reader.Read();
                if (!IsRole())
                    return Error.Field($"messages[{index}].role", "must be system, developer, user, assistant, tool or function.");
                hasRole = true;
            }
            else if (_reader.ValueTextEquals("content"u8))
            {
                _reader.Read();
                if (_reader.TokenType is not (JsonTokenType.String or JsonTokenType.StartArray or JsonTokenType.Null))
                    return Error.Field($"messages[{index}].content", "must be a string or an array of parts.");
                saysSomething |= _reader.TokenType != JsonTokenType.Null;
                SkipContent();
            }
            else if (_reader.ValueTextEquals("tool_calls"u8))
            {
                _reader.Read();
                if (_reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.Null))
                    return Error.Field($"messages[{index}].tool_calls", "must be an array.");
                saysSomething |= _reader.TokenType != JsonTokenType.Null;
                SkipToolCalls();
            }
            else
            {
                HasNestedExtensions |= _reader.ValueTextEquals("thinking_blocks"u8) || _reader.ValueTextEquals("is_error"u8);
                NoteCacheControl();

                // What else an assistant's turn may consist of.
                var alsoSays = _reader.ValueTextEquals("function_call"u8) || _reader.ValueTextEquals("refusal"u8) || _reader.ValueTextEquals("audio"u8);
                _reader.Read();
                saysSomething |= alsoSays && _reader.TokenType != JsonTokenType.Null;
                _reader.Skip();
            }
        }

        if (!hasRole)
            return Error.Field($"messages[{index}].role", "is required.");
        return saysSomething ? null : Error.Field($"messages[{index}].content", "is required, unless there are tool_calls.");
    }

    private readonly bool IsRole() =>
        _reader.TokenType == JsonTokenType.String
        && (_reader.ValueTextEquals("user"u8) || _reader.ValueTextEquals("assistant"u8) || _reader.ValueTextEquals("system"u8)
            || _reader.ValueTextEquals("tool"u8) || _reader.ValueTextEquals("developer"u8) || _reader.ValueTextEquals("function"u8));

    /// <summary>Passes over a message's content, taking inline data out of the prompt's size.</summary>
    private void SkipContent()
    {
        if (_reader.TokenType != JsonTokenType.StartArray)
            return;

        var depth = _reader.CurrentDepth;
        while (_reader.Read() && _reader.CurrentDepth > depth)
        {
            if (_reader.TokenType == JsonTokenType.String && _reader.ValueSpan.Length > InlineDataBytes && _reader.ValueSpan.StartsWith("data:"u8))
                PromptBytes -= _reader.ValueSpan.Length - InlineDataBytes;
            else if (_reader.TokenType == JsonTokenType.PropertyName && _reader.ValueTextEquals("image_url"u8))
                _needs |= ModelNeeds.Vision;
            else
                NoteCacheControl();
        }
    }

    private void SkipToolCalls()
    {
        var depth = _reader.CurrentDepth;
        if (_reader.TokenType != JsonTokenType.StartArray)
            return;

        while (_reader.Read() && _reader.CurrentDepth > depth)
            NoteCacheControl();
    }

    private void NoteCacheControl() =>
        HasNestedExtensions |= _reader.TokenType == JsonTokenType.PropertyName && _reader.ValueTextEquals("cache_control"u8);

    /// <summary>Reads on to the end of the value that began at this depth, wherever a check has stopped within it.</summary>
    private void SkipTo(int depth)
    {
        _reader.Skip();
        while (_reader.CurrentDepth > depth)
            _reader.Read();
    }

    private void PassOn(ByteRange member)
    {
        if (_memberCount == _members.Length)
            Array.Resize(ref _members, _memberCount * 2);
        _members[_memberCount++] = member;
    }
}

/// <summary>A member that only some providers are sent.</summary>
internal readonly record struct ExtensionMember(ChatExtensions Kind, ByteRange Range);
