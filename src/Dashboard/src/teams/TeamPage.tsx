import { Tabs } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { api, type Schemas } from '../api/client';
import { useAnswer } from '../api/query';
import { CreditAlerts } from '../alerts/CreditAlerts';
import { Budget } from '../budgets/Budget';
import { Answered } from '../parts/Answered';
import { Facts } from '../parts/Facts';
import { count, none, Status, Time, usd } from '../parts/format';
import { AnchorLink } from '../parts/links';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';
import { JobTable } from '../jobs/JobTable';
import { Usage } from '../usage/Usage';
import { AutoRefill } from './AutoRefill';
import { Balance, useBalance } from './Balance';
import { BudgetMode } from './BudgetMode';
import { budgetModeLabel } from './budgetModes';
import { CreditForms } from './CreditForms';
import { Grace } from './Grace';
import { LedgerTable } from './LedgerTable';
import { TeamKeys } from './TeamKeys';
import { TeamPricing } from './TeamPricing';
import { TeamSettings } from './TeamSettings';
import { TeamStatus } from './TeamStatus';

/** Everything about one team, for the operator. */
export function TeamPage() {
  const { teamId } = useParams({ from: '/teams/$teamId' });
  const team = useAnswer(['teams', teamId], () => api.GET('/api/teams/{team_id}', { params: { path: { team_id: teamId } } }));
  return (
    <Answered query={team}>
      {(found) => (
        <>
          <PageTitle title={found.team_alias}><TeamStatus team={found} /></PageTitle>
          <TeamFacts team={found} />
          <Tabs defaultValue="credits" keepMounted={false}>
            <Tabs.List mb="md">
              <Tabs.Tab value="credits">Credits</Tabs.Tab>
              <Tabs.Tab value="charging">Charging</Tabs.Tab>
              <Tabs.Tab value="usage">Usage</Tabs.Tab>
              <Tabs.Tab value="keys">Keys</Tabs.Tab>
              <Tabs.Tab value="jobs">Jobs</Tabs.Tab>
              <Tabs.Tab value="budget">Budget and alerts</Tabs.Tab>
              <Tabs.Tab value="pricing">Pricing</Tabs.Tab>
              <Tabs.Tab value="settings">Limits and grants</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="credits"><TeamCredits team={found} /></Tabs.Panel>
            <Tabs.Panel value="charging"><BudgetMode team={found} /><AutoRefill teamId={teamId} /><Grace teamId={teamId} /></Tabs.Panel>
            <Tabs.Panel value="usage"><Usage owner={{ team_id: teamId }} /></Tabs.Panel>
            <Tabs.Panel value="keys"><TeamKeys teamId={teamId} /></Tabs.Panel>
            <Tabs.Panel value="jobs"><JobTable teamId={teamId} filter={{}} /></Tabs.Panel>
            <Tabs.Panel value="budget"><Budget owner={{ team_id: teamId }} /><CreditAlerts owner={{ team_id: teamId }} /></Tabs.Panel>
            <Tabs.Panel value="pricing"><TeamPricing teamId={teamId} /></Tabs.Panel>
            <Tabs.Panel value="settings"><TeamSettings team={found} /></Tabs.Panel>
          </Tabs>
        </>
      )}
    </Answered>
  );
}

function TeamFacts({ team }: { team: Schemas['TeamResponse'] }) {
  const organization = useAnswer(['organizations', team.organization_id], () =>
    api.GET('/api/organizations/{organization_id}', { params: { path: { organization_id: team.organization_id } } }));
  return (
    <Section title="Team">
      <Facts
        facts={[
          ['Id', team.team_id],
          ['Organization', <AnchorLink to="/organizations/$organizationId" params={{ organizationId: team.organization_id }}>{team.organization_id}</AnchorLink>],
          ['Its tier', organization.data?.tier ?? none],
          ['Status', <Status of={team.status} />],
          ['A job costs', budgetModeLabel(team.budget_mode)],
          ['Model groups', team.model_groups.join(', ') || none],
          ['Access groups', team.access_groups.join(', ') || none],
          ['Requests a minute', team.rpm_limit ? count(team.rpm_limit) : 'no limit'],
          ['Jobs', count(team.usage_summary?.total_jobs ?? 0)],
          ['Cost at the providers', usd(team.usage_summary?.total_cost_usd)],
          ['Created', <Time at={team.created_at} />],
        ]}
      />
    </Section>
  );
}

function TeamCredits({ team }: { team: Schemas['TeamResponse'] }) {
  const balance = useBalance(team.team_id);
  return (
    <>
      <Section title="Credits" actions={<CreditForms teamId={team.team_id} />}>
        <Answered query={balance} lines={2}>{(found) => <Balance balance={found} />}</Answered>
      </Section>
      <Section title="Ledger"><LedgerTable teamId={team.team_id} /></Section>
    </>
  );
}
