import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { ConfirmByName } from '../parts/ConfirmByName';
import { Failure } from '../parts/Failure';

/** Stops an organization with all its teams, or lets it go on. */
export function OrganizationStatus({ organization }: { organization: Schemas['OrganizationResponse'] }) {
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
