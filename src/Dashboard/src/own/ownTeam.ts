import { useCaller } from '../session/caller';

/** The team that is signed in; its pages are shown to nobody else. */
export function useOwnTeamId(): string {
  const { team_id } = useCaller();
  if (!team_id) throw new Error('This page is for teams.');
  return team_id;
}
