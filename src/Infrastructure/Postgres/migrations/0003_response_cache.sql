-- How long an answer may serve the same request again, in seconds. Null: not said; where nobody says so, there is no cache.
alter table teams add column cache_ttl_seconds integer check (cache_ttl_seconds between 1 and 86400);
alter table model_groups add column cache_ttl_seconds integer check (cache_ttl_seconds between 1 and 86400);

-- Not validated, since every older row has passed the narrower rule: a scan of all calls would hold their table for nothing.
alter table llm_calls drop constraint llm_calls_usage_source_check;
alter table llm_calls add constraint llm_calls_usage_source_check
    check (usage_source in ('upstream', 'delivered', 'drained', 'estimated', 'unknown', 'cached')) not valid;
alter table llm_calls add constraint llm_calls_cached_is_free check (usage_source <> 'cached' or cost_usd = 0) not valid;
