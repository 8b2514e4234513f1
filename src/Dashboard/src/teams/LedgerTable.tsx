import { api, type Schemas } from '../api/client';
import { usePages } from '../api/query';
import { JobLink } from '../jobs/JobLink';
import { Empty } from '../parts/Empty';
import { credits, none, Time } from '../parts/format';
import { type Column, PagedTable } from '../parts/PagedTable';

const columns: Column<Schemas['TransactionResponse']>[] = [
  { title: 'When', cell: (entry) => <Time at={entry.created_at} /> },
  { title: 'What', cell: (entry) => entry.kind },
  { title: 'Credits', numeric: true, cell: (entry) => credits(entry.amount) },
  { title: 'Available then', numeric: true, cell: (entry) => credits(entry.balance_after) },
  { title: 'Job', cell: (entry) => (entry.job_id ? <JobLink jobId={entry.job_id} /> : none) },
  { title: 'Reason', cell: (entry) => entry.reason ?? none },
];

/** What happened to a team's credits, newest first. */
export function LedgerTable({ teamId }: { teamId: string }) {
  const pages = usePages(['teams', teamId, 'ledger'], (cursor) =>
    api.GET('/api/credits/teams/{team_id}/transactions', { params: { path: { team_id: teamId }, query: { cursor, limit: 100 } } }));
  return (
    <PagedTable
      label="Ledger"
      pages={pages}
      columns={columns}
      rowKey={(entry) => entry.transaction_id}
      empty={<Empty title="Nothing has happened to these credits yet" />}
    />
  );
}
