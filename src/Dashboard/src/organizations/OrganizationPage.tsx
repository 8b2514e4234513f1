import { Tabs } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { CreditAlerts } from '../alerts/CreditAlerts';
import { api } from '../api/client';
import { useAnswer } from '../api/query';
import { Budget } from '../budgets/Budget';
import { Answered } from '../parts/Answered';
import { Facts } from '../parts/Facts';
import { none, Status, Time } from '../parts/format';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';
import { TeamTable } from '../teams/TeamsPage';
import { Usage } from '../usage/Usage';
import { OrganizationSettings } from './OrganizationSettings';
import { OrganizationStatus } from './OrganizationStatus';
import { Pool } from './Pool';

/** Everything about one organization, for the operator. */
export function OrganizationPage() {
  const { organizationId } = useParams({ from: '/organizations/$organizationId' });
  const organization = useAnswer(['organizations', organizationId], () =>
    api.GET('/api/organizations/{organization_id}', { params: { path: { organization_id: organizationId } } }));
  const owner = { organization_id: organizationId };

  return (
    <Answered query={organization}>
      {(found) => (
        <>
          <PageTitle title={found.name}><OrganizationStatus organization={found} /></PageTitle>
          <Section title="Organization">
            <Facts
              facts={[
                ['Id', found.organization_id],
                ['Status', <Status of={found.status} />],
                ['Tier', found.tier ?? none],
                ['Created', <Time at={found.created_at} />],
              ]}
            />
          </Section>
          <Tabs defaultValue="teams" keepMounted={false}>
            <Tabs.List mb="md">
              <Tabs.Tab value="teams">Teams</Tabs.Tab>
              <Tabs.Tab value="pool">Credits</Tabs.Tab>
              <Tabs.Tab value="usage">Usage</Tabs.Tab>
              <Tabs.Tab value="budget">Budget and alerts</Tabs.Tab>
              <Tabs.Tab value="settings">Tier and limits</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="teams"><TeamTable organizationId={organizationId} /></Tabs.Panel>
            <Tabs.Panel value="pool"><Pool organizationId={organizationId} /></Tabs.Panel>
            <Tabs.Panel value="usage"><Usage owner={owner} /></Tabs.Panel>
            <Tabs.Panel value="budget"><Budget owner={owner} /><CreditAlerts owner={owner} /></Tabs.Panel>
            <Tabs.Panel value="settings"><OrganizationSettings organization={found} /></Tabs.Panel>
          </Tabs>
        </>
      )}
    </Answered>
  );
}
