import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer, useChange } from '../api/query';
import { Answered } from '../parts/Answered';
import { ConfirmByName } from '../parts/ConfirmByName';
import { Facts } from '../parts/Facts';
import { Failure } from '../parts/Failure';
import { credits, none, Status, Time } from '../parts/format';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';
import { TeamTable } from '../teams/TeamsPage';

export function OrganizationPage() {
  const { organizationId } = useParams({ from: '/organizations/$organizationId' });
  const params = { path: { organization_id: organizationId } };
  const organization = useAnswer(['organizations', organizationId], () => api.GET('/api/organizations/{organization_id}', { params }));
  const pool = useAnswer(['organizations', organizationId, 'credits'], () => api.GET('/api/organizations/{organization_id}/credits', { params }));

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
          <Section title="Pool">
            <Answered query={pool} lines={1}>
              {(wallet) => (
                <Facts
                  facts={[
                    ['Available', credits(wallet.credits_available)],
                    ['Granted', credits(wallet.credits_allocated)],
                    ['Used', credits(wallet.credits_used)],
                  ]}
                />
              )}
            </Answered>
          </Section>
          <Section title="Teams"><TeamTable organizationId={organizationId} /></Section>
        </>
      )}
    </Answered>
  );
}

function OrganizationStatus({ organization }: { organization: Schemas['OrganizationResponse'] }) {
  const [asked, setAsked] = useState(false);
  const params = { path: { organization_id: organization.organization_id } };
  const change = useChange(
    (verb: 'suspend' | 'resume') => verb === 'suspend'
      ? api.POST('/api/organizations/{organization_id}/suspend', { params })
      : api.POST('/api/organizations/{organization_id}/resume', { params }),
    {
      stale: [['organizations'], ['teams']],
      done: (changed) => {
        setAsked(false);
        notifications.show({ message: `${changed.organization_id} is ${changed.status}.` });
      },
    },
  );

  return (
    <>
      {organization.status === 'active'
        ? <Button variant="default" onClick={() => setAsked(true)}>Suspend</Button>
        : <Button onClick={() => change.mutate('resume')} loading={change.isPending}>Resume</Button>}
      {!asked && <Failure error={change.error} />}
      <ConfirmByName
        opened={asked}
        close={() => setAsked(false)}
        name={organization.organization_id}
        action="Suspend the organization"
        warning="Every team of it is stopped, on every node within a second."
        confirm={() => change.mutate('suspend')}
        pending={change.isPending}
        error={change.error}
      />
    </>
  );
}
