import { Alert, Stack, Table } from '@mantine/core';
import type { Schemas } from '../api/client';
import { Empty } from '../parts/Empty';
import { count, percent, usd } from '../parts/format';

type Figures = Schemas['PreviewFigures'];

/** What a month would have earned under a rule, beside what it did earn. */
export function PreviewTable({ preview, outdated }: { preview: Schemas['PricingPreview']; outdated: boolean }) {
  if (preview.total.jobs === 0) return <Empty title={`No job of ${preview.month} was billed`}>Choose another month.</Empty>;
  return (
    <Stack>
      {outdated && <Alert color="yellow" variant="outline" title="The rule has been changed since">These are the figures of what it was before.</Alert>}
      <Table.ScrollContainer minWidth={720}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{preview.month}</Table.Th>
              <Table.Th ta="right">Jobs</Table.Th>
              <Table.Th ta="right">By this rule</Table.Th>
              <Table.Th ta="right">Cost</Table.Th>
              <Table.Th ta="right">Billed</Table.Th>
              <Table.Th ta="right">With the rule</Table.Th>
              <Table.Th ta="right">Margin</Table.Th>
              <Table.Th ta="right">With the rule</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            <Line name="All jobs" figures={preview.total} total />
            {preview.by_team.map((team) => <Line key={`team ${team.team_id}`} name={`Team ${team.team_id}`} figures={team.figures} />)}
            {preview.by_job_type.map((type) => <Line key={`type ${type.job_type}`} name={`Type ${type.job_type}`} figures={type.figures} />)}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}

function Line({ name, figures, total }: { name: string; figures: Figures; total?: boolean }) {
  return (
    <Table.Tr fw={total ? 600 : undefined}>
      <Table.Th scope="row" fw="inherit">{name}</Table.Th>
      <Table.Td ta="right">{count(figures.jobs)}</Table.Td>
      <Table.Td ta="right">{count(figures.jobs_priced_by_rule)}</Table.Td>
      <Table.Td ta="right">{usd(figures.cost_usd)}</Table.Td>
      <Table.Td ta="right">{usd(figures.current.revenue_usd)}</Table.Td>
      <Table.Td ta="right">{usd(figures.proposed.revenue_usd)}</Table.Td>
      <Table.Td ta="right"><Margin of={figures.current} /></Table.Td>
      <Table.Td ta="right"><Margin of={figures.proposed} /></Table.Td>
    </Table.Tr>
  );
}

function Margin({ of }: { of: Schemas['PreviewEarnings'] }) {
  return <>{usd(of.margin_usd)}{of.margin_percent != null && ` (${percent(of.margin_percent / 100)})`}</>;
}
