import { api } from '../api/client';
import { useAll } from '../api/query';

/** Every tier, to choose from. */
export function useTiers() {
  return useAll(['tiers'], (cursor) => api.GET('/api/tiers', { params: { query: { cursor, limit: 200 } } }));
}
