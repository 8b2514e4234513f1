-- Who watches hears at once of credits that were added, and of alerts ------------------------------------------

-- As before, and every node is told whose they are. Charges are not: jobs' ends are announced already, and nothing is added to
-- what each of them writes.
create or replace function announce_added_credits() returns trigger language plpgsql as $$
begin
    perform
        append_event(
            'credits.added',
            coalesce(account.organization_id, team.organization_id),
            account.team_id,
            new.created_at,
            jsonb_build_object(
                'user_id', account.user_id,
                'transaction_id', new.transfer_id,
                'kind', new.kind,
                'credits_added', trim_scale(new.amount),
                'credits_available', trim_scale(new.balance_after),
                'job_id', new.job_id,
                'reason', new.reason),
            null),
        pg_notify('saasllm_changes', coalesce('Credits:' || account.team_id, 'Pool:' || account.organization_id))
    from credit_accounts as account
    left join teams as team on team.team_id = account.team_id
    where account.account_id = new.account_id;
    return null;
end $$;

create function announce_alert() returns trigger language plpgsql as $$
begin
    perform pg_notify('saasllm_changes', 'Alert:' || new.alert_id);
    return null;
end $$;
create trigger alerts_announce
    after insert on alerts
    for each row execute function announce_alert();
