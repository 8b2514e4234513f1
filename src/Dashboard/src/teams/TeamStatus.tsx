import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { ConfirmByName } from '../parts/ConfirmByName';
import { Failure } from '../parts/Failure';

type Verb = 'suspend' | 'pause' | 'resume';

const effects = {
  suspend: 'From now on every request of its keys is refused, on every node.',
  pause: 'Until it is resumed every request of its keys is refused, on every node.',
};

/** Stops a team or lets it go on. Stopping a customer has to be confirmed. */
export function TeamStatus({ team }: { team: Schemas['TeamResponse'] }) {
  const [asked, setAsked] = useState<'suspend' | 'pause' | null>(null);
  const params = { path: { team_id: team.team_id } };
  const change = useChange(
    (verb: Verb) => verb === 'suspend' ? api.POST('/api/teams/{team_id}/suspend', { params })
      : verb === 'pause' ? api.POST('/api/teams/{team_id}/pause', { params })
      : api.POST('/api/teams/{team_id}/resume', { params }),
    {
      stale: [['teams']],
      done: (changed) => {
        setAsked(null);
        notifications.show({ message: `${changed.team_id} is ${changed.status}.` });
      },
    },
  );

  return (
    <>
      {team.status === 'active' && <Button variant="default" onClick={() => setAsked('pause')}>Pause</Button>}
      {team.status !== 'suspended' && <Button variant="default" onClick={() => setAsked('suspend')}>Suspend</Button>}
      {team.status !== 'active' && <Button onClick={() => change.mutate('resume')} loading={change.isPending}>Resume</Button>}
      {!asked && <Failure error={change.error} />}
      <ConfirmByName
        opened={asked !== null}
        close={() => setAsked(null)}
        name={team.team_id}
        action={asked === 'pause' ? 'Pause the team' : 'Suspend the team'}
        warning={effects[asked ?? 'suspend']}
        confirm={() => asked && change.mutate(asked)}
        pending={change.isPending}
        error={change.error}
      />
    </>
  );
}
