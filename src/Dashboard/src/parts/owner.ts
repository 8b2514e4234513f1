/** What has credits, usage and a budget: a team or an organization. */
export type Owner = { team_id: string; organization_id?: undefined } | { team_id?: undefined; organization_id: string };

/** Under which its answers are kept, so that a change of it makes them stale. */
export const keyOf = (owner: Owner) => (owner.team_id !== undefined ? ['teams', owner.team_id] : ['organizations', owner.organization_id]);
