import { api, type Schemas } from '../api/client';
import { usePages } from '../api/query';
import { Empty } from '../parts/Empty';
import { count, credits, none, Status, Time, usd } from '../parts/format';
import { AnchorLink } from '../parts/links';
import { type Column, PagedTable } from '../parts/PagedTable';
import { useCaller } from '../session/caller';
import { JobLink } from './JobLink';

type Job = Schemas['JobResponse'];

export type JobFilter = { status?: string; job_type?: string; user_id?: string; from?: string; to?: string };

const columns: Column<Job>[] = [
  { title: 'Job', cell: (job) => <JobLink jobId={job.job_id} /> },
  { title: 'Type', cell: (job) => job.job_type },
  { title: 'Status', cell: (job) => <Status of={job.status} /> },
  { title: 'User', cell: (job) => job.user_id ?? none },
  { title: 'Calls', numeric: true, cell: (job) => count(job.total_calls) },
  { title: 'Tokens', numeric: true, cell: (job) => count(job.total_tokens) },
  { title: 'Credits', numeric: true, cell: (job) => credits(job.credits_charged) },
  { title: 'Created', cell: (job) => <Time at={job.created_at} /> },
];

/** What the providers charge is the operator's business. */
const operatorColumns: Column<Job>[] = [...columns, { title: 'Cost', numeric: true, cell: (job) => usd(job.total_cost_usd) }];

const team: Column<Job> = {
  title: 'Team',
  cell: (job) => <AnchorLink to="/teams/$teamId" params={{ teamId: job.team_id }}>{job.team_id}</AnchorLink>,
};
const [job, ...details] = operatorColumns;
const allColumns = [job!, team, ...details];

type Props = {
  /** Without one, the jobs of all teams, which the operator may ask for. */
  teamId?: string;
  /** Of all teams, only those of this organization. */
  organizationId?: string;
  filter: JobFilter;
};

/** Jobs, newest first. */
export function JobTable({ teamId, organizationId, filter }: Props) {
  const { kind } = useCaller();
  const pages = usePages(['jobs', 'list', { teamId, organizationId }, filter], (cursor) =>
    teamId
      ? api.GET('/api/teams/{team_id}/jobs', { params: { path: { team_id: teamId }, query: { ...filter, cursor, limit: 100 } } })
      : api.GET('/api/jobs', { params: { query: { ...filter, organization_id: organizationId, cursor, limit: 100 } } }));
  return (
    <PagedTable
      label="Jobs"
      pages={pages}
      columns={!teamId ? allColumns : kind === 'operator' ? operatorColumns : columns}
      rowKey={(job) => job.job_id}
      empty={<Empty title="No such job">Applications open jobs with POST /api/jobs/create; filters may hide them.</Empty>}
    />
  );
}
