using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Audit;

/// <summary>A page of the audit log, newest first: for operators all of it, for owners and admins their organization's part.</summary>
public sealed record ListAudit(Caller Caller, AuditFilter Filter, PageRequest Page) : IRequest<Result<AuditList>>;

/// <param name="NextCursor">Null on the last page.</param>
public sealed record AuditList(IReadOnlyList<AuditEntry> Data, string? NextCursor)
{
    /// <summary>The same as <see cref="Data"/>.</summary>
    public IReadOnlyList<AuditEntry> Entries => Data;
}

internal sealed class ListAuditValidator : AbstractValidator<ListAudit>
{
    public ListAuditValidator() => RuleFor(query => query.Filter).SetValidator(new AuditFilterValidator());
}

internal sealed class ListAuditHandler(IAuditRepository audit) : IRequestHandler<ListAudit, Result<AuditList>>
{
    public async Task<Result<AuditList>> Handle(ListAudit query, CancellationToken cancellationToken)
    {
        var filter = query.Filter.For(query.Caller);
        if (!filter.IsSuccess)
            return filter.Error;

        var start = query.Page.Resolve();
        if (!start.IsSuccess)
            return start.Error;
        if (start.Value.After is { } after && !long.TryParse(after, out _))
            return Error.Field("cursor", "is not a cursor that this service gave out.");

        var page = await audit.ListAsync(filter.Value, start.Value, cancellationToken);
        return new AuditList(page.Rows, page.NextCursor);
    }
}
