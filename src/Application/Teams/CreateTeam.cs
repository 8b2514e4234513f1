using System.Text.Json;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Events;
using SaasLlm.Application.Pipeline;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;
using SaasLlm.Domain.Teams;

namespace SaasLlm.Application.Teams;

/// <summary>Creates a team with its wallet, its grants and its first virtual key, which the answer shows this once.</summary>
public sealed record CreateTeam(
    string? OrganizationId,
    string? TeamId,
    string? TeamAlias = null,
    string[]? ModelGroups = null,
    string[]? AccessGroups = null,
    decimal? CreditsAllocated = null,
    int? RpmLimit = null,
    int? TpmLimit = null,
    int? MaxParallel = null,
    int? BurstLimit = null,
    JsonElement? Metadata = null,
    int? CacheTtlSeconds = null,
    string? BudgetMode = null,
    decimal? CreditsPerDollar = null,
    int? TokensPerCredit = null)
    : IRequest<Result<TeamResponse>>, ITransactional, ILimitFields, IBudgetFields;

internal sealed class CreateTeamValidator : AbstractValidator<CreateTeam>
{
    public CreateTeamValidator()
    {
        RuleFor(command => command.OrganizationId).ValidId();
        RuleFor(command => command.TeamId).ValidId();
        RuleFor(command => command.TeamAlias).ValidText(255);
        RuleFor(command => command.ModelGroups).ValidGrants();
        RuleFor(command => command.AccessGroups).ValidGrants();
        RuleFor(command => command.CreditsAllocated).CreditAmount(zeroAllowed: true);
        RuleFor(command => command.Metadata).ValidMetadata();
        RuleFor(command => command.CacheTtlSeconds).CacheTtl();
        this.ValidNewLimits();
        this.ValidBudget();
    }
}

internal sealed class CreateTeamHandler(ITeamRepository teams, IWalletRepository wallets, IChangeFeed changes, IEventOutbox outbox)
    : IRequestHandler<CreateTeam, Result<TeamResponse>>
{
    public async Task<Result<TeamResponse>> Handle(CreateTeam command, CancellationToken cancellationToken)
    {
        var teamId = command.TeamId!;
        switch (await teams.CreateAsync(command, cancellationToken))
        {
            case TeamCreation.UnknownOrganization:
                return Error.Field("organization_id", $"organization '{command.OrganizationId}' does not exist; create it first.");
            case TeamCreation.AlreadyExists:
                return TeamsErrors.AlreadyExists(teamId);
        }

        if (await teams.GrantAsync(teamId, command.ModelGroups, command.AccessGroups, cancellationToken) is { } unknown)
            return unknown;

        var wallet = await wallets.OpenAsync(teamId, command.BudgetMode == "unlimited", cancellationToken);
        if (command.CreditsAllocated is > 0 and var credits)
        {
            if (wallet.Allocate(credits, "Initial allocation").Error is { } refused)
                return refused;

            await wallets.SaveAsync(wallet, cancellationToken);
        }

        var key = VirtualKey.Create();
        var made = await teams.AddKeyAsync(teamId, key, new CreateTeamKey("default"), cancellationToken);
        await outbox.AppendAsync(TeamEvents.KeyCreated(command.OrganizationId!, made), cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Key, VirtualKey.HashOf(key.Secret), cancellationToken);
        await changes.AnnounceAsync(ChangedThing.Team, teamId, cancellationToken);

        var team = await teams.GetAsync(teamId, cancellationToken);
        return team! with { VirtualKey = key.Secret, UsageSummary = null };
    }
}
