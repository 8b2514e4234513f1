using SaasLlm.Application.Audit;
using SaasLlm.Application.Ports;
using SaasLlm.Application.Shared;
using SaasLlm.Infrastructure.Postgres;

namespace SaasLlm.Infrastructure.Audit;

internal sealed class AuditRepository(PostgresSession session) : IAuditRepository
{
    public async Task<Page<AuditEntry>> ListAsync(AuditFilter filter, PageStart page, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync<AuditEntry>(
            """
            select
                audit_id,
                at,
                actor_kind,
                case when not (@ForTenant and actor_kind = 'operator') then actor end as actor,
                use_case,
                action,
                subject,
                subject_id,
                organization_id,
                team_id,
                before,
                after,
                request_id,
                case when not (@ForTenant and actor_kind = 'operator') then address end as address
            from audit_log
            where (@After::bigint is null or audit_id < @After)
            and (@Actor::text is null or (actor = @Actor and not (@ForTenant and actor_kind = 'operator')))
            and (@Subject::text is null or subject = @Subject)
            and (@SubjectId::text is null or subject_id = @SubjectId)
            and (@Action::text is null or action = @Action or use_case = @Action)
            and (@OrganizationId::text is null or organization_id = @OrganizationId)
            and (@TeamId::text is null or team_id = @TeamId)
            and (@From::timestamptz is null or at >= @From)
            and (@To::timestamptz is null or at < @To)
            and not (@ForTenant and operators_only)
            order by audit_id desc
            limit @Limit + 1
            """,
            new
            {
                filter.Actor,
                filter.Subject,
                filter.SubjectId,
                filter.Action,
                filter.OrganizationId,
                filter.TeamId,
                filter.From,
                filter.To,
                filter.ForTenant,
                After = page.After is null ? (long?)null : long.Parse(page.After),
                page.Limit,
            },
            cancellationToken);
        return Page<AuditEntry>.Of(rows, page.Limit, row => row.AuditId.ToString());
    }
}
