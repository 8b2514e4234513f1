using MediatR;
using SaasLlm.Api.Http;
using SaasLlm.Application.Metering;
using SaasLlm.Domain.Limits;

namespace SaasLlm.Api.Llm;

/// <summary>Tells what is left of the caller's quota on answers that use up none of it.</summary>
internal sealed class QuotaHeaders : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var mediator = http.RequestServices.GetRequiredService<IMediator>();
        var quota = await mediator.Send(new GetCallQuota(http.Payer()), http.RequestAborted);
        if (quota.IsSuccess)
            http.Response.WriteLimits(new RateStatus(quota.Value, default));
        return await next(context);
    }
}
