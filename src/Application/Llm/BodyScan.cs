using System.Text.Json;
using System.Text.Unicode;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm;

/// <summary>
/// One pass over the members of a request's body that is no chat. Those that are read may stand only once: which of two the
/// upstream would believe is not known.
/// </summary>
/// <param name="known">Names of the members that the request reads itself; at most 60.</param>
internal ref struct BodyScan(ReadOnlySpan<byte> body, string[] known)
{
    private const int MaxTextLength = 255;

    /// <summary>Members that every request has for this service alone.</summary>
    private static readonly string[] Own = ["model", "power_level", "task_type", "privacy_required"];

    private readonly ReadOnlySpan<byte> _body = body;
    private ByteRange[] _passedOn = new ByteRange[8];
    private int _passedOnCount;
    private int _start;
    private int _depth;
    private ulong _seen;
    private bool _isOwn;

    /// <summary>Stands on the value of the member at hand.</summary>
    public Utf8JsonReader Reader = new(body, new JsonReaderOptions { MaxDepth = ChatRequest.MaxDepth });

    /// <summary>The member at hand; null where it is not known.</summary>
    public string? Name { get; private set; }

    public string? Model { get; private set; }

    public CallIntent Intent { get; private set; }

    public readonly ByteRange[] PassedOn => _passedOn[.._passedOnCount];

    /// <exception cref="JsonException">The text is not JSON, or is nested too deep.</exception>
    public Error? Begin()
    {
        if (!Utf8.IsValid(_body))
            return LlmErrors.MalformedJson();

        Reader.Read();
        return Reader.TokenType == JsonTokenType.StartObject ? null : LlmErrors.NotAnObject();
    }

    /// <summary>Goes to the next member; false at the end of the body.</summary>
    /// <param name="error">What is wrong with a member that is read here; null: nothing.</param>
    public bool Next(out Error? error)
    {
        error = null;
        if (!Reader.Read() || Reader.TokenType != JsonTokenType.PropertyName)
        {
            // Throws where something follows the object.
            Reader.Read();
            return false;
        }

        _start = (int)Reader.TokenStartIndex;
        Name = Find(Own, 0, out var bit) ?? Find(known, Own.Length, out bit);
        _isOwn = Name is not null && bit < 1ul << Own.Length;
        if ((_seen & bit) != 0)
            error = Error.Field(Name!, "must be given only once.");
        _seen |= bit;

        Reader.Read();
        _depth = Reader.CurrentDepth;
        if (_isOwn && error is null && Reader.TokenType != JsonTokenType.Null)
            error = ReadOwn();
        return true;
    }

    /// <summary>Goes to the end of the member at hand, wherever within it a check has stopped.</summary>
    /// <param name="passOn">False where it is not to be sent upstream, as this service's own never are.</param>
    public void End(bool passOn = true)
    {
        Reader.Skip();
        while (Reader.CurrentDepth > _depth)
            Reader.Read();
        if (!passOn || _isOwn)
            return;

        if (_passedOnCount == _passedOn.Length)
            Array.Resize(ref _passedOn, _passedOnCount * 2);
        _passedOn[_passedOnCount++] = new ByteRange(_start, (int)Reader.BytesConsumed);
    }

    public readonly Error? ReadText(out string? text)
    {
        text = null;
        if (Reader.TokenType != JsonTokenType.String)
            return Error.Field(Name!, "must be a string.");

        try
        {
            text = Reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped.
            return Error.Field(Name!, "must be valid Unicode.");
        }

        return text!.Length is 0 or > MaxTextLength || text.Contains('\0', StringComparison.Ordinal)
            ? Error.Field(Name!, $"must be 1 to {MaxTextLength} characters, without NUL.")
            : null;
    }

    public readonly Error? ReadCount(int max, out int count)
    {
        count = 0;
        return Reader.TokenType == JsonTokenType.Number && Reader.TryGetInt32(out count) && count >= 1 && count <= max
            ? null
            : Error.Field(Name!, $"must be a whole number from 1 to {max}.");
    }

    private readonly string? Find(string[] names, int firstBit, out ulong bit)
    {
        for (var i = 0; i < names.Length; i++)
        {
            if (Reader.ValueTextEquals(names[i]))
            {
                bit = 1ul << (firstBit + i);
                return names[i];
            }
        }

        bit = 0;
        return null;
    }

    private Error? ReadOwn()
    {
        Error? error = null;
        switch (Name)
        {
            case "model":
                error = ReadText(out var model);
                Model = model;
                break;
            case "power_level":
                if (ReadText(out var level) is not null || !PowerLevels.TryParse(level, out var power))
                    return Error.Field(Name, PowerLevels.Rule);
                Intent = Intent with { Power = power };
                break;
            case "task_type":
                if (ReadText(out var taskType) is not null || !TaskTypes.IsKnown(taskType))
                    return Error.Field(Name, TaskTypes.Rule);
                Intent = Intent with { TaskType = taskType };
                break;
            default:
                if (Reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
                    return Error.Field(Name!, "must be true or false.");
                Intent = Intent with { PrivacyRequired = Reader.GetBoolean() };
                break;
        }

        return error;
    }

    public readonly Error? CheckText() =>
        Reader.TokenType == JsonTokenType.String ? null : Error.Field(Name!, "must be a string.");
}
