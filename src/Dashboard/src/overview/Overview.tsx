import { SimpleGrid, Table } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer } from '../api/query';
import { Answered } from '../parts/Answered';
import { Empty } from '../parts/Empty';
import { Facts } from '../parts/Facts';
import { count, credits, usd } from '../parts/format';
import { AnchorLink } from '../parts/links';
import { Loading } from '../parts/Loading';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';
import { Alerts } from './Alerts';
import { FailingRoutes } from './FailingRoutes';

/** The charts are the largest part of the page; they come when there is something to draw. */
const DayChart = lazy(() => import('./DayChart'));

type Line = Schemas['UsageLine'];

/** How the business does: today, this month, day by day, and who uses most. */
export function Overview() {
  const month = new Date().toISOString().slice(0, 7);
  const usage = useAnswer(['overview', month], () => api.GET('/api/usage', { params: { query: { group_by: 'day', period: month } } }));
  const top = useAnswer(['overview', month, 'top'], () => api.GET('/api/reports/top', { params: { query: { by: 'teams', period: month, limit: 10 } } }));
  return (
    <>
      <PageTitle title="Overview" />
      <Answered query={usage}>
        {({ data }) => data.length === 0
          ? <Empty title="Nothing has been used this month"><FirstSteps /></Empty>
          : (
            <>
              <SimpleGrid cols={{ base: 1, md: 2 }} verticalSpacing={0}>
                <Section title="Today (UTC)"><Sums lines={data.filter((line) => dayOf(line) === new Date().toISOString().slice(0, 10))} /></Section>
                <Section title="This month (UTC)"><Sums lines={data} /></Section>
              </SimpleGrid>
              <Section title="Cost, price and margin, by day">
                <Suspense fallback={<Loading />}>
                  <DayChart days={data.map(dayFigures)} />
                </Suspense>
              </Section>
              <Section title="Teams that cost most this month">
                <Answered query={top}>{(report) => <TopTeams lines={report.data} />}</Answered>
              </Section>
              <FailingRoutes month={month} />
            </>
          )}
      </Answered>
      <Alerts />
    </>
  );
}

const dayFigures = (line: Line) =>
  ({ day: dayOf(line), Cost: line.total_cost_usd, Price: line.revenue_usd, Margin: line.revenue_usd - line.total_cost_usd });

const dayOf = (line: Line) => (line.starts_at ?? '').slice(0, 10);

function Sums({ lines }: { lines: Line[] }) {
  const sum = (value: (line: Line) => number | null | undefined) => lines.reduce((total, line) => total + (value(line) ?? 0), 0);
  const jobs = sum((line) => line.total_jobs);
  const [well, failed, cancelled] = [sum((line) => line.successful_jobs), sum((line) => line.failed_jobs), sum((line) => line.cancelled_jobs)];
  return (
    <Facts
      facts={[
        ['Credits used', credits(sum((line) => line.credits_used))],
        ['Cost', usd(sum((line) => line.total_cost_usd))],
        ['Price', usd(sum((line) => line.revenue_usd))],
        ['Margin', usd(sum((line) => line.revenue_usd - line.total_cost_usd))],
        ['Calls', count(sum((line) => line.total_calls))],
        ['Jobs completed', count(well)],
        ['Jobs failed', count(failed)],
        ['Jobs cancelled', count(cancelled)],
        ['Jobs running', count(jobs - well - failed - cancelled)],
      ]}
    />
  );
}

function TopTeams({ lines }: { lines: Line[] }) {
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table>
        <Table.Thead>
          <Table.Tr><Table.Th>Team</Table.Th><Table.Th ta="right">Cost</Table.Th><Table.Th ta="right">Price</Table.Th><Table.Th ta="right">Credits</Table.Th></Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={`${line.organization_id} ${line.team_id}`}>
              <Table.Td>
                {line.team_id
                  ? <AnchorLink to="/teams/$teamId" params={{ teamId: line.team_id }}>{line.team_id}</AnchorLink>
                  : `${line.organization_id}, outside teams`}
              </Table.Td>
              <Table.Td ta="right">{usd(line.total_cost_usd)}</Table.Td>
              <Table.Td ta="right">{usd(line.revenue_usd)}</Table.Td>
              <Table.Td ta="right">{credits(line.credits_used)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function FirstSteps() {
  return (
    <span>
      Make an <AnchorLink to="/organizations">organization</AnchorLink>, a <AnchorLink to="/model-groups">model group</AnchorLink> and
      a <AnchorLink to="/teams/new">team</AnchorLink>; its key lets an application begin.
    </span>
  );
}
