using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Shared;

namespace SaasLlm.Api.Llm;

/// <summary>The LLM API, at both of its addresses.</summary>
internal static class LlmEndpoints
{
    private const string TeamHeader = "X-Team-Id";

    public static void MapLlm(this IEndpointRouteBuilder app)
    {
        foreach (var root in LlmSurface.Roots)
        {
            var llm = app.MapGroup(root).WithTags("LLM API").ForEveryCaller();
            llm.MapChat();
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
}
