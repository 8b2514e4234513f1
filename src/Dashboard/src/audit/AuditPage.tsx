import { Button, Code, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { DatePickerInput } from '@mantine/dates';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useChange, usePages } from '../api/query';
import { Empty } from '../parts/Empty';
import { Facts } from '../parts/Facts';
import { Failure } from '../parts/Failure';
import { none, Time } from '../parts/format';
import { type Column, PagedTable } from '../parts/PagedTable';
import { PageTitle } from '../parts/PageTitle';

type Entry = Schemas['AuditEntry'];

const noFilter = { actor: '', subject: '', subject_id: '', organization_id: '', team_id: '', action: '' };

const fields: [keyof typeof noFilter, string][] = [
  ['actor', 'Who'], ['subject', 'Sort of thing'], ['subject_id', 'Its id'], ['organization_id', 'Organization'], ['team_id', 'Team'],
];

/** Who changed what, and what it was before. */
export function AuditPage() {
  const [filter, setFilter] = useState(noFilter);
  const [days, setDays] = useState<[string | null, string | null]>([null, null]);
  const [shown, setShown] = useState<Entry | null>(null);
  const [settled] = useDebouncedValue({ ...filter, days }, 300);
  const query = {
    ...Object.fromEntries(Object.entries(filterOf(settled)).filter(([, value]) => value)),
    from: startOf(settled.days[0]),
    to: startOf(settled.days[1], 1),
  };
  const pages = usePages(['audit', query], (cursor) => api.GET('/api/audit', { params: { query: { ...query, cursor, limit: 100 } } }));
  const download = useChange(
    () => api.GET('/api/audit', { params: { query }, headers: { Accept: 'text/csv' }, parseAs: 'blob' }),
    { stale: [], done: (file) => save(file as unknown as Blob, 'audit.csv') },
  );

  const columns: Column<Entry>[] = [
    { title: 'When', cell: (entry) => <Time at={entry.at} /> },
    { title: 'Who', cell: (entry) => entry.actor ?? entry.actor_kind },
    { title: 'Asked for', cell: (entry) => entry.use_case ?? none },
    { title: 'What', cell: (entry) => `${entry.action} ${entry.subject.replaceAll('_', ' ')}` },
    { title: 'Which', cell: (entry) => entry.subject_id },
    { title: 'Team', cell: (entry) => entry.team_id ?? none },
    { title: 'Change', cell: (entry) => <Button size="compact-sm" variant="default" onClick={() => setShown(entry)}>Show</Button> },
  ];

  return (
    <>
      <PageTitle title="Audit log">
        <Button variant="default" onClick={() => download.mutate(undefined)} loading={download.isPending}>Download as CSV</Button>
      </PageTitle>
      <Failure error={download.error} />
      <Group align="end" mb="md">
        {fields.map(([name, label]) => (
          <TextInput key={name} label={label} placeholder="any" w={150} value={filter[name]} onChange={(event) => setFilter({ ...filter, [name]: event.currentTarget.value })} />
        ))}
        <Select label="Action" placeholder="any" w={130} clearable data={['create', 'update', 'delete']} value={filter.action || null} onChange={(action) => setFilter({ ...filter, action: action ?? '' })} />
        <DatePickerInput type="range" label="When" placeholder="any day" clearable w={230} value={days} onChange={setDays} />
      </Group>
      <PagedTable
        label="Audit log"
        pages={pages}
        columns={columns}
        rowKey={(entry) => String(entry.audit_id)}
        empty={<Empty title="No such change">Filters take whole ids and names; fewer of them show more.</Empty>}
      />
      <Modal opened={shown !== null} onClose={() => setShown(null)} title="Change" size="lg">{shown && <Change entry={shown} />}</Modal>
    </>
  );
}

function Change({ entry }: { entry: Entry }) {
  return (
    <Stack>
      <Facts
        facts={[
          ['Who', entry.actor ?? entry.actor_kind],
          ['When', <Time at={entry.at} />],
          ['From', entry.address ?? none],
          ['Request', entry.request_id ?? none],
        ]}
      />
      <Text size="sm" fw={600}>Before</Text>
      <Code block>{textOf(entry.before)}</Code>
      <Text size="sm" fw={600}>After</Text>
      <Code block>{textOf(entry.after)}</Code>
    </Stack>
  );
}

const textOf = (value: unknown) => (value == null ? none : JSON.stringify(value, null, 2));

const filterOf = ({ days: _, ...filter }: typeof noFilter & { days: unknown }) => filter;

/** When a day of the reader's begins, as the service wants it. */
function startOf(day: string | null, later = 0): string | undefined {
  if (!day) return undefined;
  const start = new Date(`${day}T00:00:00`);
  start.setDate(start.getDate() + later);
  return start.toISOString();
}

/** Hands a file to the reader, as a link would that could send a key. */
function save(file: Blob, name: string) {
  const address = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
