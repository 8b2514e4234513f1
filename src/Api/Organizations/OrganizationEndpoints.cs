using MediatR;
using SaasLlm.Api.Auth;
using SaasLlm.Api.Http;
using SaasLlm.Application.Organizations;

namespace SaasLlm.Api.Organizations;

internal static class OrganizationEndpoints
{
    public static void MapOrganizations(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/organizations").WithTags("Organizations").RequireAuthorization(Callers.Operator);

        group.MapPost("/create", (JsonBody<CreateOrganization> body, IMediator mediator, CancellationToken cancellationToken) =>
                body.Then(async command => (await mediator.Send(command, cancellationToken)).ToHttp()))
            .WithSummary("Create an organization")
            .Produces<OrganizationResponse>();
    }
}
