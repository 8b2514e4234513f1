import { createRootRoute, createRoute, createRouter, lazyRouteComponent, type RouteComponent } from '@tanstack/react-router';
import { Empty } from './parts/Empty';
import { Failure } from './parts/Failure';
import { AnchorLink } from './parts/links';
import { Loading } from './parts/Loading';
import { Frame } from './shell/Frame';

const root = createRootRoute({ component: Frame });

const at = <Path extends string>(path: Path, component: RouteComponent) =>
  createRoute({ getParentRoute: () => root, path, component });

/** Which jobs a list shows; in the address, so that it can be passed on. */
export type JobSearch = { team_id?: string; organization_id?: string; status?: string; job_type?: string; user_id?: string; from?: string; to?: string };

const jobs = createRoute({
  getParentRoute: () => root,
  path: '/jobs',
  validateSearch: (search: Record<string, unknown>): JobSearch => ({
    team_id: textOf(search.team_id),
    organization_id: textOf(search.organization_id),
    status: textOf(search.status),
    job_type: textOf(search.job_type),
    user_id: textOf(search.user_id),
    from: textOf(search.from),
    to: textOf(search.to),
  }),
  component: lazyRouteComponent(() => import('./jobs/JobsPage'), 'JobsPage'),
});

const routeTree = root.addChildren([
  at('/', lazyRouteComponent(() => import('./overview/HomePage'), 'HomePage')),
  at('/organizations', lazyRouteComponent(() => import('./organizations/OrganizationsPage'), 'OrganizationsPage')),
  at('/organizations/$organizationId', lazyRouteComponent(() => import('./organizations/OrganizationPage'), 'OrganizationPage')),
  at('/teams', lazyRouteComponent(() => import('./teams/TeamsPage'), 'TeamsPage')),
  at('/teams/new', lazyRouteComponent(() => import('./teams/CreateTeamPage'), 'CreateTeamPage')),
  at('/teams/$teamId', lazyRouteComponent(() => import('./teams/TeamPage'), 'TeamPage')),
  jobs,
  at('/jobs/$jobId', lazyRouteComponent(() => import('./jobs/JobPage'), 'JobPage')),
  at('/model-groups', lazyRouteComponent(() => import('./models/ModelGroupsPage'), 'ModelGroupsPage')),
  at('/models', lazyRouteComponent(() => import('./models/ModelsPage'), 'ModelsPage')),
  at('/access-groups', lazyRouteComponent(() => import('./access/AccessGroupsPage'), 'AccessGroupsPage')),
  at('/providers', lazyRouteComponent(() => import('./providers/ProvidersPage'), 'ProvidersPage')),
  at('/pricing', lazyRouteComponent(() => import('./pricing/PricingPage'), 'PricingPage')),
  at('/pricing/new', lazyRouteComponent(() => import('./pricing/NewRulePage'), 'NewRulePage')),
  at('/margins', lazyRouteComponent(() => import('./pricing/MarginsPage'), 'MarginsPage')),
  at('/tiers', lazyRouteComponent(() => import('./tiers/TiersPage'), 'TiersPage')),
  at('/playground', lazyRouteComponent(() => import('./playground/PlaygroundPage'), 'PlaygroundPage')),
  at('/ledger', lazyRouteComponent(() => import('./ledger/LedgerPage'), 'LedgerPage')),
  at('/webhooks', lazyRouteComponent(() => import('./webhooks/WebhooksPage'), 'WebhooksPage')),
  at('/webhooks/$webhookId', lazyRouteComponent(() => import('./webhooks/WebhookPage'), 'WebhookPage')),
  at('/users', lazyRouteComponent(() => import('./users/UsersPage'), 'UsersPage')),
  at('/audit', lazyRouteComponent(() => import('./audit/AuditPage'), 'AuditPage')),
  at('/settings', lazyRouteComponent(() => import('./settings/SettingsPage'), 'SettingsPage')),
  at('/credits', lazyRouteComponent(() => import('./own/OwnCreditsPage'), 'OwnCreditsPage')),
  at('/claim', lazyRouteComponent(() => import('./claim/ClaimPage'), 'ClaimPage')),
  at('/keys', lazyRouteComponent(() => import('./own/OwnKeysPage'), 'OwnKeysPage')),
]);

export const router = createRouter({
  routeTree,
  basepath: '/dashboard',
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Loading />,
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
  defaultNotFoundComponent: () => <Empty title="There is no such page"><AnchorLink to="/">To the overview</AnchorLink></Empty>,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function textOf(value: unknown): string | undefined {
  // What looks like a number in the address arrives as one.
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
}
