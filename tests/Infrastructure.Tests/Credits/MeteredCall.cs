namespace SaasLlm.Infrastructure.Tests.Credits;

/// <summary>Writes what the settlement of a metered call writes, so that a test need not make one.</summary>
internal static class MeteredCall
{
    /// <param name="userId">Whose allocation pays; null: the pool does.</param>
    /// <param name="credits">So many times 1,000 tokens at 1 USD a million.</param>
    public static Task<object?> RecordAsync(Node node, string organizationId, string? userId, int credits)
    {
        var user = userId is null ? "null" : $"'{userId}'";
        return node.SqlAsync(
            $"""
            with wallet as (
                select account_id, allocated - used - reserved as available
                from credit_accounts
                where organization_id = '{organizationId}'
                and user_id is not distinct from {user}
            ),
            call as (
                insert into llm_calls (
                    call_id, organization_id, user_id, account_id, model, status, streamed, late, prompt_tokens, usage_source, input_usd_per_million,
                    output_usd_per_million, cost_usd, client_cost_usd, latency_ms, attempts, created_at, power_level, power_multiplier, markup_percent, credits)
                select
                    gen_random_uuid(), '{organizationId}', {user}, account_id, 'm', 'succeeded', false, false, {credits} * 1000, 'upstream', 1,
                    2, {credits} * 0.001, 0, 1, 1, now(), 'balanced', 1, 0, {credits}
                from wallet
                returning call_id, account_id
            ),
            used as (
                update credit_accounts
                set used = used + {credits}
                where account_id in (select account_id from wallet)
            )
            insert into credit_transfers (transfer_id, account_id, debit, credit, amount, kind, call_id, balance_after)
            select gen_random_uuid(), account_id, debit, move.credit, {credits}, kind, call_id, wallet.available - {credits}
            from call
            join wallet using (account_id)
            cross join (values (1, 'available', 'held', 'reservation'), (2, 'held', 'revenue', 'charge')) as move (position, debit, credit, kind)
            order by position
            """);
    }
}
