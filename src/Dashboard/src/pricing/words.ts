import type { Schemas } from '../api/client';
import { count, credits, usd } from '../parts/format';

type Rule = Schemas['PricingRuleResponse'];

/** Whose jobs a rule prices. */
export const holderOf = (rule: Rule) => rule.team_id ?? rule.organization_id ?? 'everybody';

/** What it asks for. */
export function formulaOf(rule: Rule): string {
  if (rule.kind === 'flat') return `${usd(rule.price_usd)} a job`;
  if (rule.kind === 'markup') return `cost + ${credits(rule.markup_percent ?? 0)} %`;
  return (rule.tiers ?? [])
    .map((tier) => (tier.below_tokens == null ? `${usd(tier.price_usd)} from there` : `${usd(tier.price_usd)} below ${count(tier.below_tokens)} tokens`))
    .join(', ');
}
