import { api } from '../api/client';
import { useAll } from '../api/query';

/** The ids of all organizations, to choose from. */
export function useOrganizationIds(): string[] {
  const organizations = useAll(['organizations'], (cursor) => api.GET('/api/organizations', { params: { query: { cursor, limit: 200 } } }));
  return organizations.data?.map((organization) => organization.organization_id) ?? [];
}
