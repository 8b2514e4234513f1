import { api, type Schemas } from '../api/client';
import { usePages } from '../api/query';
import { Empty } from '../parts/Empty';
import { credits, Status, Time } from '../parts/format';
import { AnchorLink, ButtonLink } from '../parts/links';
import { type Column, PagedTable } from '../parts/PagedTable';
import { PageTitle } from '../parts/PageTitle';

type Team = Schemas['TeamResponse'];

const columns: Column<Team>[] = [
  { title: 'Team', cell: (team) => <AnchorLink to="/teams/$teamId" params={{ teamId: team.team_id }}>{team.team_id}</AnchorLink> },
  { title: 'Name', cell: (team) => team.team_alias },
  {
    title: 'Organization',
    cell: (team) => <AnchorLink to="/organizations/$organizationId" params={{ organizationId: team.organization_id }}>{team.organization_id}</AnchorLink>,
  },
  { title: 'Status', cell: (team) => <Status of={team.status} /> },
  { title: 'Credits left', numeric: true, cell: (team) => (team.budget_mode === 'unlimited' ? 'unlimited' : credits(team.credits_remaining)) },
  { title: 'Created', cell: (team) => <Time at={team.created_at} /> },
];

/** The teams of an organization, or all of them. */
export function TeamTable({ organizationId }: { organizationId?: string }) {
  const pages = usePages(['teams', { organizationId }], (cursor) =>
    organizationId
      ? api.GET('/api/organizations/{organization_id}/teams', { params: { path: { organization_id: organizationId }, query: { cursor, limit: 100 } } })
      : api.GET('/api/teams', { params: { query: { cursor, limit: 100 } } }));
  return (
    <PagedTable
      label="Teams"
      pages={pages}
      columns={columns}
      rowKey={(team) => team.team_id}
      empty={<Empty title="No team yet">A team is a customer, or a part of one. <ButtonLink to="/teams/new">Create a team</ButtonLink></Empty>}
    />
  );
}

export function TeamsPage() {
  return (
    <>
      <PageTitle title="Teams"><ButtonLink to="/teams/new">Create a team</ButtonLink></PageTitle>
      <TeamTable />
    </>
  );
}
