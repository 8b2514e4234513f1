import { api } from '../api/client';
import { useAnswer } from '../api/query';
import { Answered } from '../parts/Answered';
import { Facts } from '../parts/Facts';
import { count, credits, Status } from '../parts/format';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';
import { Balance, useBalance } from '../teams/Balance';
import { useOwnTeamId } from './ownTeam';

/** What a team sees first: its credits, and what it did with them this month. */
export function OwnOverview() {
  const teamId = useOwnTeamId();
  const month = new Date().toISOString().slice(0, 7);
  const balance = useBalance(teamId);
  const usage = useAnswer(['teams', teamId, 'usage', month], () =>
    api.GET('/api/teams/{team_id}/usage', { params: { path: { team_id: teamId }, query: { period: month } } }));

  return (
    <>
      <PageTitle title={teamId} />
      <Section title="Credits">
        <Answered query={balance} lines={2}>{(found) => <Balance balance={found} />}</Answered>
      </Section>
      <Section title="This month (UTC)">
        <Answered query={usage} lines={2}>
          {({ summary }) => (
            <Facts
              facts={[
                ['Jobs', count(summary.total_jobs)],
                ['Completed', count(summary.successful_jobs)],
                ['Failed', count(summary.failed_jobs)],
                ['Credits used', credits(summary.credits_used)],
                ['Tokens', count(summary.total_tokens)],
                ['Status', <Status of={balance.data?.status ?? 'active'} />],
              ]}
            />
          )}
        </Answered>
      </Section>
    </>
  );
}
