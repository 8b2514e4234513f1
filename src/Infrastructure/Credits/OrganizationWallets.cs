namespace SaasLlm.Infrastructure.Credits;

/// <summary>The SQL that opens wallets of organizations. Each statement is harmless where the wallet exists, so any number of nodes may run it at once.</summary>
internal static class OrganizationWallets
{
    /// <summary>Takes <c>@AccountId</c> and <c>@OrganizationId</c>; changes nothing where there is no such organization.</summary>
    public const string OpenPool =
        """
        insert into credit_accounts (account_id, organization_id)
        select @AccountId, organization_id
        from organizations
        where organization_id = @OrganizationId
        and status <> 'deleted'
        on conflict (organization_id) where user_id is null do nothing
        """;
}
