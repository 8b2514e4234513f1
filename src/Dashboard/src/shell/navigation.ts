import type { Caller } from '../session/caller';

const operator = [
  { to: '/', label: 'Overview' },
  { to: '/organizations', label: 'Organizations' },
  { to: '/teams', label: 'Teams' },
  { to: '/jobs', label: 'Jobs' },
  { to: '/model-groups', label: 'Model groups' },
  { to: '/models', label: 'Models' },
  { to: '/access-groups', label: 'Access groups' },
  { to: '/providers', label: 'Providers' },
  { to: '/pricing', label: 'Pricing' },
  { to: '/margins', label: 'Margins' },
  { to: '/tiers', label: 'Tiers' },
  { to: '/playground', label: 'Playground' },
  { to: '/ledger', label: 'Ledger' },
  { to: '/webhooks', label: 'Webhooks' },
  { to: '/users', label: 'Users' },
  { to: '/audit', label: 'Audit log' },
  { to: '/settings', label: 'Settings' },
] as const;

const team = [
  { to: '/', label: 'Overview' },
  { to: '/jobs', label: 'Jobs' },
  { to: '/credits', label: 'Credits' },
  { to: '/keys', label: 'Keys' },
] as const;

const user = [{ to: '/', label: 'Account' }] as const;

/** Where somebody may go; what they may see there is the service's to say. */
export function navigationOf(caller: Caller) {
  return caller.kind === 'operator' ? operator : caller.kind === 'team' ? team : user;
}
