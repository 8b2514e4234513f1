import { Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { api, type Schemas } from '../api/client';
import { Delete } from '../parts/Delete';
import { Section } from '../parts/Section';
import { TeamGrants } from './TeamGrants';
import { TeamLimits } from './TeamLimits';

/** What a team may do, and its end. */
export function TeamSettings({ team }: { team: Schemas['TeamResponse'] }) {
  const navigate = useNavigate();
  return (
    <>
      <TeamGrants team={team} />
      <TeamLimits team={team} />
      <Section
        title="End"
        actions={(
          <Delete
            name={team.team_id}
            what="the team"
            warning="Its keys stop working at once and its id is not given out again. Its jobs and its ledger stay for the books."
            send={() => api.DELETE('/api/teams/{team_id}', { params: { path: { team_id: team.team_id } } })}
            stale={[['teams', {}], ['teams', 'choice']]}
            done={() => void navigate({ to: '/teams' })}
          />
        )}
      >
        <Text size="sm">A team that shall only stop for a while is paused instead.</Text>
      </Section>
    </>
  );
}
