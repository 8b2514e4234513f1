import type { Schemas } from '../api/client';
import { type NumberField, numberOf, textOf } from '../parts/fields';

/** What the form of a rule holds. */
export const emptyRule = {
  kind: 'flat',
  scope: 'everybody',
  organization_id: null as string | null,
  team_id: undefined as string | undefined,
  job_type: '',
  price_usd: '' as NumberField,
  /** All tiers but the last, which has no bound. */
  tiers: [{ below_tokens: 1000, price_usd: '' }] as { below_tokens: NumberField; price_usd: NumberField }[],
  last_price_usd: '' as NumberField,
  markup_percent: '' as NumberField,
  minimum_usd: '' as NumberField,
  maximum_usd: '' as NumberField,
  decimals: '' as NumberField,
  effective_from: null as string | null,
  effective_to: null as string | null,
};

export type RuleValues = typeof emptyRule;

/** As the service takes it: only what goes with its kind and its scope. */
export function ruleOf(values: RuleValues): Schemas['CreatePricingRule'] {
  return {
    kind: values.kind,
    organization_id: values.scope === 'organization' ? values.organization_id : null,
    team_id: values.scope === 'team' ? values.team_id ?? null : null,
    job_type: textOf(values.job_type),
    price_usd: values.kind === 'flat' ? numberOf(values.price_usd) : null,
    tiers: values.kind === 'tiered' ? tiersOf(values) : null,
    markup_percent: values.kind === 'markup' ? numberOf(values.markup_percent) : null,
    minimum_usd: numberOf(values.minimum_usd),
    maximum_usd: numberOf(values.maximum_usd),
    decimals: numberOf(values.decimals),
    effective_from: momentOf(values.effective_from),
    effective_to: momentOf(values.effective_to),
  };
}

const tiersOf = (values: RuleValues) => [
  ...values.tiers.map((tier) => ({ below_tokens: numberOf(tier.below_tokens), price_usd: numberOf(tier.price_usd) })),
  { below_tokens: null, price_usd: numberOf(values.last_price_usd) },
];

/** The picker speaks of the reader's time zone, the service of UTC. */
const momentOf = (picked: string | null) => (picked ? new Date(picked.replace(' ', 'T')).toISOString() : null);
