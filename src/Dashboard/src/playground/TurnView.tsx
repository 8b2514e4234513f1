import { Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, type Schemas } from '../api/client';
import { valueOf } from '../api/query';
import { Facts } from '../parts/Facts';
import { Failure } from '../parts/Failure';
import { count, credits, duration, none, usd } from '../parts/format';
import { AnchorLink } from '../parts/links';
import type { Turn } from './conversation';

/** A question, its answer as it comes, and what it came to. */
export function TurnView({ turn }: { turn: Turn }) {
  return (
    <Stack gap="xs">
      <Paper withBorder p="sm" ml="xl">
        <Text size="sm" c="dimmed">You</Text>
        <Text style={wrapped}>{turn.question}</Text>
      </Paper>
      <Paper withBorder p="sm" role="article" aria-label="Answer" aria-busy={turn.state === 'streaming'}>
        <Text size="sm" c="dimmed">{turn.state === 'streaming' ? 'Answering…' : turn.state === 'stopped' ? 'Answer, stopped' : 'Answer'}</Text>
        <Text style={wrapped}>{turn.answer}</Text>
      </Paper>
      <Failure error={turn.error} />
      {turn.jobId && turn.state !== 'streaming' && <TurnFacts jobId={turn.jobId} firstTextMs={turn.firstTextMs} />}
    </Stack>
  );
}

const wrapped = { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' } as const;

/** What the answer took and cost. A call that was stopped is settled a moment after. */
function TurnFacts({ jobId, firstTextMs }: { jobId: string; firstTextMs?: number }) {
  const job = useQuery({
    queryKey: ['jobs', jobId, 'costs'],
    queryFn: () => valueOf(api.GET('/api/jobs/{job_id}/costs', { params: { path: { job_id: jobId } } })),
    refetchInterval: ({ state }) => (state.data && isOpen(state.data.status) ? 500 : false),
  });
  const call = job.data?.costs.breakdown[0];
  return (
    <>
      <Failure error={job.error} retry={() => job.refetch()} />
      {job.data && <Facts facts={factsOf(job.data, call, firstTextMs)} />}
    </>
  );
}

const isOpen = (status: string) => status === 'pending' || status === 'in_progress';

function factsOf(job: Schemas['JobCostsResponse'], call: Schemas['CallCost'] | undefined, firstTextMs?: number): [string, ReactNode][] {
  return [
    ['Tokens', call ? `${count(call.prompt_tokens)} + ${count(call.completion_tokens)}` : none],
    ['First text', firstTextMs === undefined ? none : duration(firstTextMs)],
    ['Latency', call ? duration(call.latency_ms) : none],
    ['Attempts', call ? count(call.attempts) : none],
    ['Served by', [call?.model, call?.provider].filter(Boolean).join(' › ') || none],
    ['Cost', usd(job.costs.total_cost_usd)],
    ['Price', usd(job.costs.price_usd)],
    ['Credits charged', credits(job.costs.credits_charged)],
    ['Recorded as', <AnchorLink to="/jobs/$jobId" params={{ jobId: job.job_id }}>its job</AnchorLink>],
  ];
}
