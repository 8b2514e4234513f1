using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Limits;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm;

/// <summary>A running streamed call. It settles itself when it is disposed, however it ended.</summary>
public abstract class StreamedCall : IAsyncDisposable
{
    /// <summary>The finish reason on record of a stream that was ended because the wallet could pay for no more.</summary>
    private const string OutOfCredits = "out_of_credits";

    /// <summary>What the caller of such a stream gets as its last chunk.</summary>
    private static readonly byte[] CutShort = """{"object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"length"}]}"""u8.ToArray();

    private bool _ended;
    private bool _settled;
    private int _coveredTextBytes;

    private protected StreamedCall(GatewayStream upstream) => Upstream = upstream;

    public abstract Guid CallId { get; }

    /// <summary>What the caller sees as the model.</summary>
    public abstract string Model { get; }

    /// <summary>When the call came in.</summary>
    public abstract DateTimeOffset CreatedAt { get; }

    /// <summary>What is left of the caller's limits.</summary>
    public abstract RateStatus Limits { get; }

    /// <summary>True where the caller asked for the usage chunk.</summary>
    public abstract bool IncludeUsage { get; }

    /// <summary>What is on record; known once the call is settled.</summary>
    public TokenUsage Usage { get; private set; }

    /// <summary>True where an earlier answer to the same request is streamed again.</summary>
    public bool Cached => Upstream.Cached;

    /// <summary>Why the stream broke; null while it runs and after a good end.</summary>
    public Error? Fault => Upstream.Fault;

    /// <summary>True where it was ended because the wallet could pay for no more.</summary>
    public bool RanOutOfCredits { get; private set; }

    private protected GatewayStream Upstream { get; }

    /// <summary>The base of an estimate where the upstream reports no usage.</summary>
    private protected abstract int PromptBytes { get; }

    /// <summary>The JSON of the next chunk; null at the end. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        if (RanOutOfCredits)
            return null;

        var next = await Upstream.ReadAsync(cancellationToken);
        _ended = next is null;
        if (next is not null && !await IsCoveredAsync())
        {
            RanOutOfCredits = true;
            return CutShort;
        }

        _coveredTextBytes = Upstream.DeliveredTextBytes;
        return next;
    }

    /// <summary>
    /// Commits the call's record: at its end before the last byte goes out, and again harmlessly when it is disposed.
    /// A stream that was left early is charged for its prompt and for what was delivered.
    /// </summary>
    public async Task SettleAsync()
    {
        if (_settled)
            return;

        _settled = true;
        var end = CallEnd.Of(Upstream, _ended, PromptBytes);

        // The chunk that could not be paid for was not handed out, so it is not charged either.
        if (RanOutOfCredits)
            end = end with { Usage = end.Usage with { CompletionTokens = TokenEstimate.FromBytes(_coveredTextBytes) }, FinishReason = OutOfCredits };
        Usage = await RecordAsync(end);
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            // Cancelled first: an upstream that nobody reads must not go on generating while its record is written.
            await Upstream.DisposeAsync();
            await SettleAsync();
        }
        finally
        {
            LetGo();
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Whether what was delivered is paid for, taking more where it is not, and putting off the end of what a long stream holds.</summary>
    private protected abstract ValueTask<bool> IsCoveredAsync();

    /// <summary>Puts the call on record, committed on return, and gives the usage recorded.</summary>
    private protected abstract Task<TokenUsage> RecordAsync(CallEnd end);

    /// <summary>Gives back what the call held besides credits.</summary>
    private protected abstract void LetGo();
}
