using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Alerts;

/// <summary>What there was to warn of, newest first.</summary>
public sealed record ListAlerts(AlertFilter Filter, PageRequest Page) : IRequest<Result<AlertList>>;

/// <summary>A warning that was given once.</summary>
public sealed record AlertResponse
{
    public required Guid AlertId { get; init; }

    /// <summary>Such as <c>credits.low</c>, <c>credits.exhausted</c> or <c>webhook.disabled</c>.</summary>
    public required string Kind { get; init; }

    public string? OrganizationId { get; init; }

    public string? TeamId { get; init; }

    /// <summary>What was crossed; null where the alert is about no number.</summary>
    public decimal? Threshold { get; init; }

    /// <summary>What was found.</summary>
    public decimal? Value { get; init; }

    /// <summary>Of both: <c>percent</c>, <c>credits</c> or <c>usd</c>.</summary>
    public string? Unit { get; init; }

    public required string Message { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <param name="NextCursor">Null on the last page.</param>
public sealed record AlertList(IReadOnlyList<AlertResponse> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<AlertResponse> Alerts => Data;
}

internal sealed class ListAlertsValidator : AbstractValidator<ListAlerts>
{
    public ListAlertsValidator()
    {
        RuleFor(query => query.Filter.Kind).ValidText(100).OverridePropertyName("kind");
        RuleFor(query => query.Filter.OrganizationId).ValidText().OverridePropertyName("organization_id");
        RuleFor(query => query.Filter.TeamId).ValidText().OverridePropertyName("team_id");
    }
}

internal sealed class ListAlertsHandler(IAlertRepository alerts) : IRequestHandler<ListAlerts, Result<AlertList>>
{
    public async Task<Result<AlertList>> Handle(ListAlerts query, CancellationToken cancellationToken)
    {
        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (start.Value.After is { } after && !Guid.TryParse(after, out _))
            return Error.Field("cursor", "is not a cursor that this service gave out.");

        var page = await alerts.ListAsync(query.Filter, start.Value, cancellationToken);
        return new AlertList(page.Rows, page.NextCursor);
    }
}
