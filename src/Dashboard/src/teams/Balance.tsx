import { Progress, Stack } from '@mantine/core';
import { api, type Schemas } from '../api/client';
import { useAnswer } from '../api/query';
import { Facts } from '../parts/Facts';
import { credits } from '../parts/format';

export function useBalance(teamId: string) {
  return useAnswer(['teams', teamId, 'balance'], () => api.GET('/api/credits/teams/{team_id}/balance', { params: { path: { team_id: teamId } } }));
}

/** What a team's wallet holds. */
export function Balance({ balance }: { balance: Schemas['BalanceResponse'] }) {
  return (
    <Stack>
      <Facts
        facts={[
          ['Available', balance.unlimited ? 'unlimited' : credits(balance.credits_available)],
          ['Granted', credits(balance.credits_allocated)],
          ['Used', credits(balance.credits_used)],
          ['Held for running jobs', credits(balance.credits_reserved)],
        ]}
      />
      <Progress value={Math.min(100, balance.percentage_used)} aria-label={`${balance.percentage_used} percent of the credits are used`} />
    </Stack>
  );
}
