using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Settings;

namespace SaasLlm.Api.Settings;

internal static class SettingsEndpoints
{
    public static void MapSettings(this IEndpointRouteBuilder app) => app.MapGet("/api/settings", async (IMediator mediator, CancellationToken cancellationToken) =>
            (await mediator.Send(new GetSettings(), cancellationToken)).ToHttp())
        .ForOperators()
        .WithTags("Settings")
        .WithSummary("Show how this node is configured")
        .WithDescription("Every documented option with its effective value. Of secrets only whether they are set.")
        .Produces<SettingList>();
}
