using SaasLlm.Application.Ports;
using SaasLlm.Domain.Catalog;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Llm;

/// <summary>How a call ended.</summary>
/// <param name="Error">Null where it succeeded.</param>
/// <param name="Source">How the usage is known.</param>
internal readonly record struct CallEnd(Error? Error, TokenUsage Usage, UsageSource Source, bool Streamed, string? FinishReason)
{
    /// <summary>The finish reason of a stream whose caller did not wait for its end.</summary>
    public const string CallerLeft = "caller_left";

    /// <summary>A plain call.</summary>
    public static CallEnd Of(GatewayReply reply, int promptBytes)
    {
        if (reply.Error is { } error)
            return Refused(error, promptBytes, streamed: false);

        var answer = reply.Answer!;
        return answer.Usage is { } usage
            ? new CallEnd(null, usage, UsageSource.Upstream, Streamed: false, answer.FinishReason)
            : new CallEnd(
                null,
                new TokenUsage(TokenEstimate.FromBytes(promptBytes), TokenEstimate.FromBytes(answer.TextBytes)),
                UsageSource.Estimated,
                Streamed: false,
                answer.FinishReason);
    }

    /// <summary>A call that is no chat: its answer is no text, so where its tokens are not reported only the prompt's are known.</summary>
    public static CallEnd Of(ModelReply reply, int promptBytes)
    {
        if (reply.Error is { } error)
            return Refused(error, promptBytes, streamed: false);

        return reply.Answer!.Usage is { } usage
            ? new CallEnd(null, usage, UsageSource.Upstream, Streamed: false, null)
            : new CallEnd(null, new TokenUsage(TokenEstimate.FromBytes(promptBytes), 0), UsageSource.Estimated, Streamed: false, null);
    }

    /// <param name="ended">True where the stream was read to its end, or broke.</param>
    public static CallEnd Of(GatewayStream stream, bool ended, int promptBytes)
    {
        if (stream.Error is { } refused)
            return Refused(refused, promptBytes, streamed: true);

        var left = !ended && stream.Fault is null;
        var finish = left ? CallerLeft : stream.FinishReason;
        if (stream.Usage is { } usage && (!left || stream.Drained))
            return new CallEnd(stream.Fault, usage, left ? UsageSource.Drained : UsageSource.Upstream, Streamed: true, finish);

        var delivered = new TokenUsage(TokenEstimate.FromBytes(promptBytes), TokenEstimate.FromBytes(stream.DeliveredTextBytes));
        return new CallEnd(stream.Fault, delivered, left || stream.Fault is not null ? UsageSource.Delivered : UsageSource.Estimated, Streamed: true, finish);
    }

    public static CallEnd LeftBeforeAnswer(int promptBytes) =>
        new(null, new TokenUsage(TokenEstimate.FromBytes(promptBytes), 0), UsageSource.Estimated, Streamed: true, CallerLeft);

    /// <summary>
    /// No upstream answered. One that refused bills nothing; one that was dispatched and not heard of again bills the prompt at
    /// least, so that much is put on record.
    /// </summary>
    private static CallEnd Refused(Error error, int promptBytes, bool streamed) =>
        error.Kind == ErrorKind.UpstreamTimeout
            ? new CallEnd(error, new TokenUsage(TokenEstimate.FromBytes(promptBytes), 0), UsageSource.Estimated, streamed, null)
            : new CallEnd(error, default, UsageSource.Unknown, streamed, null);
}
