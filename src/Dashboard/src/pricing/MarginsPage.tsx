import { Group, Select, Table } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer } from '../api/query';
import { Answered } from '../parts/Answered';
import { Empty } from '../parts/Empty';
import { Facts } from '../parts/Facts';
import { percent, usd } from '../parts/format';
import { AnchorLink } from '../parts/links';
import { MonthPicker } from '../parts/MonthPicker';
import { monthOf } from '../parts/months';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';

type Line = Schemas['MarginLine'];

const groupings = [
  { value: 'team', label: 'team' },
  { value: 'organization', label: 'organization' },
  { value: 'job_type', label: 'type of job' },
  { value: 'model', label: 'model' },
];

/** What was earned, what it cost and what is left of it, in a month. */
export function MarginsPage() {
  const [month, setMonth] = useState(monthOf());
  const [groupBy, setGroupBy] = useState('team');
  const total = useAnswer(['margins', month], () => api.GET('/api/reports/margins', { params: { query: { period: month } } }));
  const report = useAnswer(['margins', month, groupBy], () => api.GET('/api/reports/margins', { params: { query: { period: month, group_by: groupBy } } }));
  return (
    <>
      <PageTitle title="Margins" />
      <Group mb="md" align="end">
        <MonthPicker month={month} choose={setMonth} />
        <Select label="By" data={groupings} value={groupBy} onChange={(value) => value && setGroupBy(value)} allowDeselect={false} w={180} />
      </Group>
      <Answered query={total} lines={2}>
        {({ data: [sum] }) => sum
          ? (
            <Section title="The whole month">
              <Facts
                facts={[
                  ['Billed', usd(sum.revenue_usd)],
                  ['Cost at the providers', usd(sum.cost_usd)],
                  ['Margin', usd(sum.margin_usd)],
                  ['Margin of the price', shareOf(sum)],
                ]}
              />
            </Section>
          )
          : <Empty title="Nothing was used in this month">Choose another one.</Empty>}
      </Answered>
      <Answered query={report}>
        {({ data }) => data.length > 0 && <Lines lines={[...data].sort((one, other) => (other.margin_usd ?? 0) - (one.margin_usd ?? 0))} />}
      </Answered>
    </>
  );
}

const shareOf = (line: Line) => percent(line.margin_percent == null ? null : line.margin_percent / 100);

function Lines({ lines }: { lines: Line[] }) {
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table aria-label="Margins">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Of</Table.Th>
            <Table.Th ta="right">Billed</Table.Th>
            <Table.Th ta="right">Cost</Table.Th>
            <Table.Th ta="right">Margin</Table.Th>
            <Table.Th ta="right">Of the price</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line, index) => (
            <Table.Tr key={index}>
              <Table.Td><Subject line={line} /></Table.Td>
              <Table.Td ta="right">{usd(line.revenue_usd)}</Table.Td>
              <Table.Td ta="right">{usd(line.cost_usd)}</Table.Td>
              <Table.Td ta="right" c={(line.margin_usd ?? 0) < 0 ? 'var(--mantine-color-error)' : undefined}>{usd(line.margin_usd)}</Table.Td>
              <Table.Td ta="right">{shareOf(line)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Subject({ line }: { line: Line }) {
  if (line.team_id) return <AnchorLink to="/teams/$teamId" params={{ teamId: line.team_id }}>{line.team_id}</AnchorLink>;
  if (line.organization_id) {
    return <AnchorLink to="/organizations/$organizationId" params={{ organizationId: line.organization_id }}>{line.organization_id}</AnchorLink>;
  }
  return <>{line.job_type ?? line.model ?? 'without one'}</>;
}
