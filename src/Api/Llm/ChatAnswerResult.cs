using SaasLlm.Api.Http;
using SaasLlm.Application.Jobs;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Metering;
using SaasLlm.Domain.Limits;

namespace SaasLlm.Api.Llm;

/// <summary>Writes a plain answer of the LLM API in the form of its surface.</summary>
internal sealed class ChatAnswerResult : IResult
{
    private readonly IChatSurface _surface;
    private readonly AnswerHead _head;
    private readonly ChatAnswer _answer;
    private readonly RateStatus _limits;
    private readonly MeteredAnswer? _metered;
    private readonly Guid? _jobId;
    private readonly bool _cached;

    public ChatAnswerResult(IChatSurface surface, MeteredAnswer answer, ReadOnlyMemory<byte> requestBody)
    {
        (_surface, _answer, _limits, _metered, _cached) = (surface, answer.Answer, answer.Limits, answer, answer.Cached);
        _head = new AnswerHead(answer.CallId, answer.Model, answer.CreatedAt, answer.Usage, IncludeUsage: true, requestBody);
    }

    /// <summary>A call that was filed under a job.</summary>
    public ChatAnswerResult(IChatSurface surface, LlmAnswer answer, ReadOnlyMemory<byte> requestBody)
    {
        (_surface, _answer, _limits, _jobId, _cached) = (surface, answer.Answer, answer.Limits, answer.JobId, answer.Cached);
        _head = new AnswerHead(answer.CallId, answer.ModelGroup, answer.CreatedAt, answer.Usage, IncludeUsage: true, requestBody);
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        response.Headers["X-Call-Id"] = _head.CallId.ToString();
        if (_jobId is { } jobId)
            response.Headers["X-Job-Id"] = jobId.ToString();
        if (_metered is not null)
        {
            response.WriteProvider(_metered.Provider);
            response.WritePrice(_metered.Price);
        }

        if (_cached)
            response.Headers["X-Cached"] = "true";
        response.WriteLimits(_limits);
        _surface.WriteAnswer(response.BodyWriter, _head, _answer);
        await response.BodyWriter.FlushAsync(httpContext.RequestAborted);
    }
}
