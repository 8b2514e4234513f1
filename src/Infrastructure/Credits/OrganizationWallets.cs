namespace SaasLlm.Infrastructure.Credits;

/// <summary>The SQL that opens pools; harmless where there is one, so any number of nodes may run it at once.</summary>
internal static class OrganizationWallets
{
    /// <summary>Takes <c>@OrganizationIds</c>; changes nothing where there is no such organization.</summary>
    public const string OpenPools =
        """
        insert into credit_accounts (account_id, organization_id)
        select gen_random_uuid(), organization_id
        from organizations
        where organization_id = any(@OrganizationIds)
        and status <> 'deleted'
        order by organization_id
        on conflict (organization_id) where user_id is null do nothing
        """;
}
