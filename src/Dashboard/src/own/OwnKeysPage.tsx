import { api } from '../api/client';
import { useAnswer } from '../api/query';
import { Answered } from '../parts/Answered';
import { PageTitle } from '../parts/PageTitle';
import { KeyTable } from '../teams/TeamKeys';
import { useOwnTeamId } from './ownTeam';

/** The names of a team's keys; making and revoking them is the operator's. */
export function OwnKeysPage() {
  const teamId = useOwnTeamId();
  const keys = useAnswer(['teams', teamId, 'keys'], () => api.GET('/api/teams/{team_id}/keys', { params: { path: { team_id: teamId } } }));
  return (
    <>
      <PageTitle title="Keys" />
      <Answered query={keys}>{(list) => <KeyTable keys={list.data} />}</Answered>
    </>
  );
}
