import { Group, Select, TextInput } from '@mantine/core';
import { DatePickerInput } from '@mantine/dates';
import { useDebouncedCallback } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Empty } from '../parts/Empty';
import { PageTitle } from '../parts/PageTitle';
import { TeamPicker } from '../parts/TeamPicker';
import type { JobSearch } from '../router';
import { useCaller } from '../session/caller';
import { JobTable } from './JobTable';

const statuses = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'].map((value) => ({ value, label: value.replace('_', ' ') }));

/** The jobs of a team: its own for a team, any team's for the operator. */
export function JobsPage() {
  const caller = useCaller();
  const search = useSearch({ from: '/jobs' });
  const navigate = useNavigate({ from: '/jobs' });
  const { team_id: chosen, from, to, ...rest } = search;
  const teamId = caller.team_id ?? chosen;

  const set = (change: JobSearch) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const type = useDebouncedCallback(set, 300);

  return (
    <>
      <PageTitle title="Jobs" />
      <Group align="end" mb="md">
        {!caller.team_id && <TeamPicker value={chosen} onChange={(team_id) => set({ team_id })} />}
        <Select label="Status" placeholder="any" data={statuses} clearable value={search.status ?? null} onChange={(status) => set({ status: status ?? undefined })} w={150} />
        <TextInput label="Type" placeholder="any" defaultValue={search.job_type} onChange={(event) => type({ job_type: event.currentTarget.value || undefined })} w={150} />
        <TextInput label="User" placeholder="any" defaultValue={search.user_id} onChange={(event) => type({ user_id: event.currentTarget.value || undefined })} w={150} />
        <DatePickerInput
          type="range"
          label="Created"
          placeholder="any day"
          clearable
          w={230}
          value={[from ?? null, to ?? null]}
          onChange={([first, last]) => set({ from: first ?? undefined, to: last ?? undefined })}
        />
      </Group>
      {teamId
        ? <JobTable teamId={teamId} filter={{ ...rest, from: startOf(from), to: startOf(to, 1) }} />
        : <Empty title="Whose jobs?">Choose a team.</Empty>}
    </>
  );
}

/** When a day of the reader's begins, as the service wants it. */
function startOf(day: string | undefined, later = 0): string | undefined {
  if (!day) return undefined;
  const start = new Date(`${day}T00:00:00`);
  start.setDate(start.getDate() + later);
  return start.toISOString();
}
