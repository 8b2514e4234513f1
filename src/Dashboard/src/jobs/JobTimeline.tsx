import { Text, Timeline } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Schemas } from '../api/client';
import { count, duration, Time, usd } from '../parts/format';

type Step = { at: string; title: string; color?: string; body?: ReactNode };

/** What happened to a job, in order. */
export function JobTimeline({ job, calls }: { job: Schemas['JobResponse']; calls: Schemas['CallCost'][] }) {
  const steps: Step[] = [
    { at: job.created_at, title: 'Created' },
    ...calls.map((call) => ({ at: call.created_at, title: call.purpose ?? 'Call', color: call.error ? 'red' : undefined, body: <CallFacts call={call} /> })),
    ...(job.completed_at ? [{ at: job.completed_at, title: job.status.replace('_', ' '), body: job.error_message }] : []),
  ];
  // Late calls come after the end.
  steps.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));

  return (
    <Timeline active={steps.length} bulletSize={16} lineWidth={2}>
      {steps.map((step, index) => (
        <Timeline.Item key={index} title={step.title} color={step.color}>
          <Text size="sm" c="dimmed"><Time at={step.at} /></Text>
          {step.body && <Text component="div" size="sm">{step.body}</Text>}
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

function CallFacts({ call }: { call: Schemas['CallCost'] }) {
  const served = [call.model_group, call.model, call.provider].filter(Boolean).join(' › ');
  const tokens = `${count(call.prompt_tokens)} + ${count(call.completion_tokens)} tokens`;
  const how = [
    call.attempts > 1 && `${count(call.attempts)} attempts, retries and fallbacks`,
    call.attempts === 0 && 'no attempt',
    call.usage_source === 'cached' && 'from the cache',
    call.hedge_cost_usd != null && `a second request given up, ${usd(call.hedge_cost_usd)}`,
    call.late && 'after the job\'s end',
  ].filter(Boolean);
  return (
    <>
      <div>{served}</div>
      <div>{tokens}, {duration(call.latency_ms)}, {usd(call.cost_usd)}</div>
      {how.length > 0 && <div>{how.join('; ')}</div>}
      {call.error && <Text size="sm" c="var(--mantine-color-error)">{call.error}</Text>}
    </>
  );
}
