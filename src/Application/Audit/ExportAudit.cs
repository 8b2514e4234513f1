using System.Runtime.CompilerServices;
using FluentValidation;
using MediatR;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Domain.Shared;

namespace SaasLlm.Application.Audit;

/// <summary>What <see cref="ListAudit"/> shows, to its end.</summary>
public sealed record ExportAudit(Caller Caller, AuditFilter Filter) : IRequest<Result<AuditExport>>;

/// <param name="Entries">Read while they are enumerated, newest first.</param>
public sealed record AuditExport(IAsyncEnumerable<AuditEntry> Entries);

internal sealed class ExportAuditValidator : AbstractValidator<ExportAudit>
{
    public ExportAuditValidator() => RuleFor(query => query.Filter).SetValidator(new AuditFilterValidator());
}

internal sealed class ExportAuditHandler(IAuditRepository audit) : IRequestHandler<ExportAudit, Result<AuditExport>>
{
    private const int PageSize = 1000;

    public Task<Result<AuditExport>> Handle(ExportAudit query, CancellationToken cancellationToken)
    {
        var filter = query.Filter.For(query.Caller);
        return Task.FromResult<Result<AuditExport>>(filter.IsSuccess ? new AuditExport(ReadAsync(filter.Value, cancellationToken)) : filter.Error);
    }

    // Page by page: a reader who takes long holds no statement and no snapshot of the database meanwhile.
    private async IAsyncEnumerable<AuditEntry> ReadAsync(AuditFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var page = await audit.ListAsync(filter, new PageStart(PageSize, after), cancellationToken);
            foreach (var entry in page.Rows)
                yield return entry;
            after = page.NextCursor is null ? null : page.Rows[^1].AuditId.ToString();
        }
        while (after is not null);
    }
}
