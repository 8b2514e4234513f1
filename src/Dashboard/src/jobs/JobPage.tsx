import { Stack } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { api, type Schemas } from '../api/client';
import { useAnswer } from '../api/query';
import { Answered } from '../parts/Answered';
import { Facts } from '../parts/Facts';
import { count, credits, none, percent, Status, Time, usd } from '../parts/format';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';
import { useCaller } from '../session/caller';
import { JobTimeline } from './JobTimeline';

/** One job. What its calls cost, and who served them, only the operator may ask. */
export function JobPage() {
  const { jobId } = useParams({ from: '/jobs/$jobId' });
  const { kind } = useCaller();
  const params = { path: { job_id: jobId } };
  const job = useAnswer(['jobs', jobId], () => api.GET('/api/jobs/{job_id}', { params }));
  const costs = useAnswer(['jobs', jobId, 'costs'], () => api.GET('/api/jobs/{job_id}/costs', { params }), kind === 'operator');

  return (
    <Answered query={job}>
      {(found) => (
        <>
          <PageTitle title={found.job_type} />
          <JobFacts job={found} />
          {kind === 'operator'
            ? (
              <Answered query={costs}>
                {({ costs: sums }) => (
                  <>
                    <Margin costs={sums} />
                    <Section title="Timeline"><JobTimeline job={found} calls={sums.breakdown} /></Section>
                  </>
                )}
              </Answered>
            )
            : <Section title="Timeline"><JobTimeline job={found} calls={[]} /></Section>}
        </>
      )}
    </Answered>
  );
}

function JobFacts({ job }: { job: Schemas['JobResponse'] }) {
  return (
    <Section title="Job">
      <Stack>
        <Facts
          facts={[
            ['Id', job.job_id],
            ['Team', job.team_id],
            ['Status', <Status of={job.status} />],
            ['User', job.user_id ?? none],
            ['Calls', `${count(job.successful_calls)} well, ${count(job.failed_calls)} failed`],
            ['Tokens', count(job.total_tokens)],
            ['Credits charged', credits(job.credits_charged)],
            ['Created', <Time at={job.created_at} />],
            ...(job.error_message ? [['Error', job.error_message] as [string, string]] : []),
          ]}
        />
      </Stack>
    </Section>
  );
}

function Margin({ costs }: { costs: Schemas['JobCosts'] }) {
  return (
    <Section title="Cost and margin">
      <Facts
        facts={[
          ['Cost at the providers', usd(costs.total_cost_usd)],
          ['Price', usd(costs.price_usd)],
          ['Margin', usd(costs.margin_usd)],
          ['Margin of the price', percent(costs.margin_percent == null ? null : costs.margin_percent / 100)],
          ...(costs.late_calls > 0 ? [['Late calls', `${count(costs.late_calls)}, ${usd(costs.late_cost_usd)}`] as [string, string]] : []),
        ]}
      />
    </Section>
  );
}
