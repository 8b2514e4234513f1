import { Group, Select } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer, usePages } from '../api/query';
import { JobLink } from '../jobs/JobLink';
import { Answered } from '../parts/Answered';
import { Empty } from '../parts/Empty';
import { Facts } from '../parts/Facts';
import { count, credits, none, Time } from '../parts/format';
import { AnchorLink } from '../parts/links';
import { type Column, PagedTable } from '../parts/PagedTable';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';
import { TeamPicker } from '../parts/TeamPicker';
import { LedgerTable } from '../teams/LedgerTable';
import { Verification } from './Verification';

type Entry = Schemas['LedgerEntryResponse'];

const kinds = ['allocation', 'refill', 'reservation', 'charge', 'release', 'refund', 'adjustment', 'expiry', 'writeoff'];

const columns: Column<Entry>[] = [
  { title: 'When', cell: (entry) => <Time at={entry.created_at} /> },
  { title: 'Whose', cell: (entry) => <Owner entry={entry} /> },
  { title: 'What', cell: (entry) => entry.kind },
  { title: 'Credits', numeric: true, cell: (entry) => credits(entry.amount) },
  { title: 'Available then', numeric: true, cell: (entry) => credits(entry.balance_after) },
  { title: 'Job', cell: (entry) => (entry.job_id ? <JobLink jobId={entry.job_id} /> : none) },
  { title: 'Reason', cell: (entry) => entry.reason ?? none },
];

/** The books: what is held, whether they are in order, and every transfer. */
export function LedgerPage() {
  const [teamId, setTeamId] = useState<string>();
  const [kind, setKind] = useState<string | null>(null);
  return (
    <>
      <PageTitle title="Ledger" />
      <Holds />
      <Verification />
      <Section title="Transactions">
        <Group align="end" mb="md">
          <TeamPicker value={teamId} onChange={setTeamId} />
          {!teamId && <Select label="What" placeholder="any" data={kinds} clearable value={kind} onChange={setKind} w={150} />}
        </Group>
        {teamId ? <LedgerTable teamId={teamId} /> : <AllEntries kind={kind ?? undefined} />}
      </Section>
    </>
  );
}

function Holds() {
  const holds = useAnswer(['ledger', 'holds'], () => api.GET('/api/ledger/holds'));
  return (
    <Section title="Held now">
      <Answered query={holds} lines={2}>
        {({ jobs, calls }) => (
          <Facts
            facts={[
              ['Open jobs', count(jobs.count)],
              ['Credits held for them', credits(jobs.credits)],
              ['The oldest since', <Time at={jobs.oldest_at} />],
              ['Running calls without a job', count(calls.count)],
              ['Credits held for these', credits(calls.credits)],
              ['The oldest of these since', <Time at={calls.oldest_at} />],
            ]}
          />
        )}
      </Answered>
    </Section>
  );
}

function AllEntries({ kind }: { kind?: string }) {
  const pages = usePages(['ledger', 'transactions', kind], (cursor) =>
    api.GET('/api/ledger/transactions', { params: { query: { kind, cursor, limit: 100 } } }));
  return (
    <PagedTable
      label="Ledger"
      pages={pages}
      columns={columns}
      rowKey={(entry) => entry.transaction_id}
      empty={<Empty title="No such transaction">Granting a team credits makes the first one.</Empty>}
    />
  );
}

function Owner({ entry }: { entry: Entry }) {
  return entry.team_id
    ? <AnchorLink to="/teams/$teamId" params={{ teamId: entry.team_id }}>{entry.team_id}</AnchorLink>
    : (
      <>
        <AnchorLink to="/organizations/$organizationId" params={{ organizationId: entry.organization_id }}>{entry.organization_id}</AnchorLink>
        {entry.user_id ? `, ${entry.user_id}` : ', its pool'}
      </>
    );
}
