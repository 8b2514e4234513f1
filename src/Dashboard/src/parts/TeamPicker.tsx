import { Autocomplete } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api/client';
import { useAnswer } from '../api/query';

/** Chooses a team: the first ones are offered, any id can be typed. */
export function TeamPicker({ value, onChange }: { value: string | undefined; onChange: (teamId: string | undefined) => void }) {
  const [typed, setTyped] = useState(value ?? '');
  const teams = useAnswer(['teams', 'choice'], () => api.GET('/api/teams', { params: { query: { limit: 200 } } }));
  const choose = (teamId: string) => onChange(teamId.trim() || undefined);
  return (
    <Autocomplete
      label="Team"
      placeholder="a team's id"
      data={teams.data?.data.map((team) => team.team_id) ?? []}
      limit={20}
      value={typed}
      onChange={setTyped}
      onOptionSubmit={choose}
      onBlur={() => choose(typed)}
      onKeyDown={(event) => event.key === 'Enter' && choose(typed)}
      error={teams.error?.message}
      w={220}
    />
  );
}
