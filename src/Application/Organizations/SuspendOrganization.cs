using FluentValidation;
using MediatR;
using SaasLlm.Application.Events;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Organizations;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Organizations;

/// <summary>Stops every team of an organization, or lets them work again; asking for the state it is in changes nothing.</summary>
/// <param name="Suspended">False: resume.</param>
public sealed record SuspendOrganization(string OrganizationId, bool Suspended) : IRequest<Result<OrganizationResponse>>, ITransactional;

internal sealed class SuspendOrganizationValidator : AbstractValidator<SuspendOrganization>
{
    public SuspendOrganizationValidator() => RuleFor(command => command.OrganizationId).ValidId();
}

internal sealed class SuspendOrganizationHandler(IOrganizationRepository organizations, IChangeFeed changes, IEventOutbox outbox)
    : IRequestHandler<SuspendOrganization, Result<OrganizationResponse>>
{
    public async Task<Result<OrganizationResponse>> Handle(SuspendOrganization command, CancellationToken cancellationToken)
    {
        // Locked, so that of two at once only one finds it changed.
        if (!await organizations.LockAsync(command.OrganizationId, cancellationToken))
            return OrganizationsErrors.NotFound(command.OrganizationId);

        var before = (await organizations.GetAsync(command.OrganizationId, cancellationToken))!.Status;
        var status = command.Suspended ? "suspended" : "active";
        var changed = (await organizations.SetStatusAsync(command.OrganizationId, status, cancellationToken))!;
        if (changed.Status != before)
        {
            var happened = command.Suspended
                ? TeamEvents.OrganizationSuspended(command.OrganizationId)
                : TeamEvents.OrganizationResumed(command.OrganizationId);
            await outbox.AppendAsync(happened, cancellationToken);
        }

        await changes.AnnounceAsync(ChangedThing.Organization, command.OrganizationId, cancellationToken);
        return changed;
    }
}
