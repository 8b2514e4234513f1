import { api, type Schemas } from '../api/client';
import { usePages } from '../api/query';
import { Delete } from '../parts/Delete';
import { Empty } from '../parts/Empty';
import { none, Time, usd } from '../parts/format';
import { AnchorLink, ButtonLink } from '../parts/links';
import { type Column, PagedTable } from '../parts/PagedTable';
import { formulaOf, holderOf } from './words';

type Rule = Schemas['PricingRuleResponse'];

const columns: Column<Rule>[] = [
  { title: 'Holds for', cell: (rule) => <Holder rule={rule} /> },
  { title: 'Type of job', cell: (rule) => rule.job_type ?? 'every' },
  { title: 'Price', cell: formulaOf },
  { title: 'At least', numeric: true, cell: (rule) => usd(rule.minimum_usd) },
  { title: 'At most', numeric: true, cell: (rule) => usd(rule.maximum_usd) },
  { title: 'Since', cell: (rule) => <Time at={rule.effective_from} /> },
  { title: 'Until', cell: (rule) => (rule.effective_to ? <Time at={rule.effective_to} /> : 'no end') },
  { title: 'Actions', cell: (rule) => (hasEnded(rule) ? none : <EndRule rule={rule} />) },
];

/** Pricing rules, newest first: those in force, or all that ever were. */
export function RuleTable({ teamId, inForce }: { teamId?: string; inForce: boolean }) {
  const pages = usePages(['pricing-rules', { teamId, inForce }], (cursor) =>
    api.GET('/api/pricing/rules', {
      params: { query: { team_id: teamId, active_at: inForce ? new Date().toISOString() : undefined, cursor, limit: 100 } },
    }));
  return (
    <PagedTable
      label="Pricing rules"
      pages={pages}
      columns={columns}
      rowKey={(rule) => rule.pricing_rule_id}
      empty={(
        <Empty title={teamId ? 'No rule of its own' : 'No pricing rule'}>
          {teamId ? 'Rules for its organization or for everybody price its jobs, if there are any. ' : 'Jobs have a cost then, but no price. '}
          <ButtonLink to="/pricing/new">Create a rule</ButtonLink>
        </Empty>
      )}
    />
  );
}

function Holder({ rule }: { rule: Rule }) {
  if (rule.team_id) return <>team <AnchorLink to="/teams/$teamId" params={{ teamId: rule.team_id }}>{rule.team_id}</AnchorLink></>;
  if (rule.organization_id) {
    return <>organization <AnchorLink to="/organizations/$organizationId" params={{ organizationId: rule.organization_id }}>{rule.organization_id}</AnchorLink></>;
  }
  return <>everybody</>;
}

const hasEnded = (rule: Rule) => rule.effective_to != null && Date.parse(rule.effective_to) <= Date.now();

function EndRule({ rule }: { rule: Rule }) {
  return (
    <Delete
      verb="End"
      name={holderOf(rule)}
      what="the pricing rule"
      warning={`Jobs that are created from now on are priced by another rule, or have no price. "${formulaOf(rule)}" stays in the books for those before.`}
      send={() => api.DELETE('/api/pricing/rules/{pricing_rule_id}', { params: { path: { pricing_rule_id: rule.pricing_rule_id } } })}
      stale={[['pricing-rules']]}
    />
  );
}
