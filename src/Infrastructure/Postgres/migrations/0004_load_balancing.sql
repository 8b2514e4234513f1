-- Load balancing: how a group chooses between its models, and how many calls a model takes at once ----------

alter table model_groups
    add column routing_strategy text not null default 'weighted'
        check (routing_strategy in ('weighted', 'least_busy', 'lowest_latency')),
    -- Null: calls are never sent to a second model while the first is silent.
    add column hedge_after_ms integer
        check (hedge_after_ms between 1 and 600000);

alter table models
    -- Null: no limit.
    add column max_parallel integer
        check (max_parallel > 0);

alter table llm_calls
    -- Part of cost_usd: the estimate for a second request that was given up. Null: there was none.
    add column hedge_cost_usd numeric(20, 10)
        check (hedge_cost_usd >= 0);
