import { Button, Group, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { DatePickerInput } from '@mantine/dates';
import { useDebouncedCallback } from '@mantine/hooks';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { PageTitle } from '../parts/PageTitle';
import { TeamPicker } from '../parts/TeamPicker';
import type { JobSearch } from '../router';
import { useCaller } from '../session/caller';
import { JobTable } from './JobTable';

const statuses = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'].map((value) => ({ value, label: value.replace('_', ' ') }));

/** A team's own jobs; for the operator those of all teams, of an organization or of a team. */
export function JobsPage() {
  const caller = useCaller();
  const search = useSearch({ from: '/jobs' });
  const navigate = useNavigate({ from: '/jobs' });
  const { team_id: chosen, organization_id: organizationId, from, to, ...rest } = search;
  const teamId = caller.team_id ?? chosen;

  const set = (change: JobSearch) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const type = useDebouncedCallback(set, 300);

  return (
    <>
      <PageTitle title="Jobs"><JobById /></PageTitle>
      <Group align="end" mb="md">
        {!caller.team_id && (
          <>
            <TeamPicker value={chosen} onChange={(team_id) => set({ team_id })} />
            {!chosen && (
              <TextInput
                label="Organization"
                placeholder="any"
                defaultValue={organizationId}
                onChange={(event) => type({ organization_id: event.currentTarget.value || undefined })}
                w={150}
              />
            )}
          </>
        )}
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
      <JobTable teamId={teamId} organizationId={organizationId} filter={{ ...rest, from: startOf(from), to: startOf(to, 1) }} />
    </>
  );
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Opens the job of an id, as applications and logs name it. */
function JobById() {
  const navigate = useNavigate();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { job_id: '' },
    validate: { job_id: (value) => (uuid.test(value.trim()) ? null : 'A job\'s whole id is a UUID.') },
  });
  return (
    <form onSubmit={form.onSubmit(({ job_id }) => void navigate({ to: '/jobs/$jobId', params: { jobId: job_id.trim() } }))}>
      <Group gap="xs" align="start">
        <TextInput aria-label="Job id" placeholder="a job's id" w={230} {...form.getInputProps('job_id')} />
        <Button type="submit" variant="default">Open</Button>
      </Group>
    </form>
  );
}

/** When a day of the reader's begins, as the service wants it. */
function startOf(day: string | undefined, later = 0): string | undefined {
  if (!day) return undefined;
  const start = new Date(`${day}T00:00:00`);
  start.setDate(start.getDate() + later);
  return start.toISOString();
}
