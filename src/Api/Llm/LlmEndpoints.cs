using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Llm;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Metering;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Api.Llm;

/// <summary>The LLM API, at both of its addresses.</summary>
internal static class LlmEndpoints
{
    private const string TeamHeader = "X-Team-Id";
    private const string PowerHeader = "X-Power-Level";

    public static void MapLlm(this IEndpointRouteBuilder app)
    {
        foreach (var root in LlmSurface.Roots)
        {
            var llm = app.MapGroup(root).WithTags("LLM API").ForEveryCaller();
            llm.MapChat();
            llm.MapModelCalls();

            var read = llm.MapGroup("").AddEndpointFilter<QuotaHeaders>();
            read.MapCallerModels();
            read.MapMeteringReports();
        }
    }

    /// <summary>Who pays: the caller, or the team that an operator names.</summary>
    public static Caller Payer(this HttpContext context)
    {
        var caller = context.Caller();
        return caller.IsOperator && context.Request.Headers.TryGetValue(TeamHeader, out var team) && team.ToString() is { Length: > 0 } teamId
            ? Caller.Team(teamId, caller.Name)
            : caller;
    }

    /// <summary>What the request wants of a model; the header speaks where the body says nothing of power.</summary>
    public static Result<CallIntent> IntentOf(this HttpContext context, ModelRequest request)
    {
        var intent = request.Intent;
        if (intent.Power is not null || !context.Request.Headers.TryGetValue(PowerHeader, out var header))
            return intent;

        return PowerLevels.TryParse(header.ToString(), out var power) ? intent with { Power = power } : Error.Field(PowerHeader, PowerLevels.Rule);
    }
}
