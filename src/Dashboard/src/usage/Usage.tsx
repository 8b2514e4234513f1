import { Box, SimpleGrid, Table } from '@mantine/core';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer } from '../api/query';
import { Answered } from '../parts/Answered';
import { Empty } from '../parts/Empty';
import { Facts } from '../parts/Facts';
import { count, credits, usd } from '../parts/format';
import { Loading } from '../parts/Loading';
import { MonthPicker } from '../parts/MonthPicker';
import { monthOf } from '../parts/months';
import { keyOf, type Owner } from '../parts/owner';
import { Section } from '../parts/Section';

const UsageChart = lazy(() => import('./UsageChart'));

/** What a team or an organization used in a month, day by day and by what. */
export function Usage({ owner }: { owner: Owner }) {
  const [month, setMonth] = useState(monthOf());
  const query = { period: month };
  const usage = useAnswer([...keyOf(owner), 'usage', month], () => owner.team_id !== undefined
    ? api.GET('/api/teams/{team_id}/usage', { params: { path: owner, query } })
    : api.GET('/api/organizations/{organization_id}/usage', { params: { path: owner, query } }));
  return (
    <>
      <Box mb="md"><MonthPicker month={month} choose={setMonth} /></Box>
      <Answered query={usage}>{(found) => <Figures usage={found} />}</Answered>
    </>
  );
}

function Figures({ usage }: { usage: Schemas['UsageResponse'] }) {
  const { summary, by_day } = usage;
  const calls = Object.values(usage.by_model_group).reduce((sum, group) => sum + group.calls, 0);
  if (summary.total_jobs === 0 && calls === 0) return <Empty title="Nothing was used in this month">Choose another one.</Empty>;
  const days = (value: (day: Schemas['DayUsage']) => number) => by_day.map((day) => ({ day: day.date, value: value(day) }));
  return (
    <>
      <Section title="The whole month">
        <Facts
          facts={[
            ['Jobs', count(summary.total_jobs)],
            ['Completed', count(summary.successful_jobs)],
            ['Failed', count(summary.failed_jobs)],
            ['Credits used', credits(summary.credits_used)],
            ['Tokens', count(summary.total_tokens)],
            ['Cost at the providers', usd(summary.total_cost_usd)],
            ['Cost of a job', usd(summary.avg_cost_per_job)],
          ]}
        />
      </Section>
      {by_day.length > 0 && (
        <SimpleGrid cols={{ base: 1, lg: 3 }} verticalSpacing={0}>
          <Chart title="Jobs by day"><UsageChart name="Jobs" days={days((day) => day.jobs)} format={count} /></Chart>
          <Chart title="Credits by day"><UsageChart name="Credits" days={days((day) => day.credits_used)} format={credits} /></Chart>
          <Chart title="Cost by day"><UsageChart name="Cost" days={days((day) => day.cost_usd)} format={usd} /></Chart>
        </SimpleGrid>
      )}
      <Section title="By type of job">
        <Shares
          titles={['Type', 'Jobs', 'Credits', 'Cost']}
          rows={Object.entries(usage.job_types).map(([type, used]) => [type, count(used.count), credits(used.credits_used), usd(used.cost_usd)])}
        />
      </Section>
      <Section title="By model group">
        <Shares
          titles={['Group', 'Calls', 'Failed', 'Tokens', 'Cost']}
          rows={Object.entries(usage.by_model_group).map(([group, used]) =>
            [group, count(used.calls), count(used.failed_calls), count(used.tokens), usd(used.cost_usd)])}
        />
      </Section>
    </>
  );
}

function Chart({ title, children }: { title: string; children: ReactNode }) {
  return <Section title={title}><Suspense fallback={<Loading />}>{children}</Suspense></Section>;
}

/** Names, and numbers beside them. */
function Shares({ titles, rows }: { titles: string[]; rows: string[][] }) {
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table>
        <Table.Thead>
          <Table.Tr>{titles.map((title, index) => <Table.Th key={title} ta={index > 0 ? 'right' : undefined}>{title}</Table.Th>)}</Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row[0]}>{row.map((cell, index) => <Table.Td key={titles[index]} ta={index > 0 ? 'right' : undefined}>{cell}</Table.Td>)}</Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
