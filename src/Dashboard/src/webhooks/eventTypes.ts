import type { webhooks } from '../api/schema';

/** What webhooks can hear of; the service's document names them. */
const types: (keyof webhooks)[] = [
  'job.completed', 'job.failed', 'job.expired', 'credits.low', 'credits.exhausted', 'credits.added', 'budget.exceeded',
  'team.suspended', 'team.paused', 'team.resumed', 'key.created', 'key.rotated', 'key.revoked',
];

/** All, families of them, and each. */
export const eventFilters = ['*', ...new Set(types.map((type) => `${type.split('.')[0]}.*`)), ...types];
