import { Button, Group, Modal, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer, useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Answered } from '../parts/Answered';
import { ConfirmByName } from '../parts/ConfirmByName';
import { Failure } from '../parts/Failure';
import { Status, Time } from '../parts/format';
import { SecretOnce } from '../parts/SecretOnce';
import { Section } from '../parts/Section';
import { KeyLink } from './KeyLink';

type Key = Schemas['TeamKeyResponse'];

/** A team's keys: make one, replace one, revoke one. */
export function TeamKeys({ teamId }: { teamId: string }) {
  const keys = useAnswer(['teams', teamId, 'keys'], () => api.GET('/api/teams/{team_id}/keys', { params: { path: { team_id: teamId } } }));
  const [secret, setSecret] = useState<string | null>(null);
  const [rotating, setRotating] = useState<Key | null>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const [making, make] = useDisclosure();

  function show(made: Key) {
    make.close();
    setRotating(null);
    setSecret(made.virtual_key ?? null);
  }

  return (
    <Section title="Keys" actions={<Button size="xs" onClick={make.open}>Make a key</Button>}>
      <Stack>
        {secret && <SecretOnce secret={secret} done={() => setSecret(null)}><KeyLink key={secret} secret={secret} /></SecretOnce>}
        <Answered query={keys} lines={3}>
          {(list) => (
            <KeyTable
              keys={list.data}
              actions={(key) => (
                <Group gap="xs" wrap="nowrap" justify="flex-end">
                  <Button size="compact-sm" variant="default" onClick={() => setRotating(key)}>Rotate</Button>
                  <Button size="compact-sm" variant="default" onClick={() => setRevoking(key)}>Revoke</Button>
                </Group>
              )}
            />
          )}
        </Answered>
      </Stack>
      <Modal opened={making} onClose={make.close} title="Make a key"><MakeKey teamId={teamId} done={show} /></Modal>
      <Modal opened={rotating !== null} onClose={() => setRotating(null)} title="Rotate the key">
        {rotating && <RotateKey keyOf={rotating} done={show} />}
      </Modal>
      {revoking && <RevokeKey keyOf={revoking} close={() => setRevoking(null)} />}
    </Section>
  );
}

/** Names and masked forms; what can be done with a key only where it can be. */
export function KeyTable({ keys, actions }: { keys: Key[]; actions?: (key: Key) => ReactNode }) {
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th><Table.Th>Key</Table.Th><Table.Th>Status</Table.Th><Table.Th>Made</Table.Th><Table.Th>Works until</Table.Th>
            {actions && <Table.Th><Text span hidden>Actions</Text></Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key.key_id}>
              <Table.Td>{key.name}</Table.Td>
              <Table.Td ff="monospace">{key.display}</Table.Td>
              <Table.Td><Status of={statusOf(key)} /></Table.Td>
              <Table.Td><Time at={key.created_at} /></Table.Td>
              <Table.Td>{endOf(key) ? <Time at={endOf(key)} /> : 'no end'}</Table.Td>
              {actions && <Table.Td>{statusOf(key) === 'active' && actions(key)}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** A rotated key is revoked at the end of its grace. */
function endOf(key: Key) {
  const ends = [key.revoked_at, key.expires_at].filter((end) => end != null);
  return ends.sort((one, other) => Date.parse(one) - Date.parse(other))[0];
}

function statusOf(key: Key) {
  const end = endOf(key);
  if (end && Date.parse(end) <= Date.now()) return end === key.revoked_at ? 'revoked' : 'expired';
  return key.revoked_at ? 'ending' : 'active';
}

function MakeKey({ teamId, done }: { teamId: string; done: (made: Key) => void }) {
  const form = useForm({ initialValues: { name: '' } });
  const make = useChange((body: { name: string }) => api.POST('/api/teams/{team_id}/keys', { params: { path: { team_id: teamId } }, body }), {
    stale: [['teams', teamId]],
    done,
    failed: (error) => form.setErrors(fieldsOf(error)),
  });
  return (
    <form onSubmit={form.onSubmit((values) => make.mutate(values))}>
      <Stack>
        <TextInput label="Name" description="Says where it is used: production, staging" required data-autofocus {...form.getInputProps('name')} />
        <Failure error={make.error} />
        <Button type="submit" loading={make.isPending}>Make the key</Button>
      </Stack>
    </form>
  );
}

const graces = [
  { value: '0', label: 'at once' },
  { value: '3600', label: 'in an hour' },
  { value: '86400', label: 'in a day' },
  { value: '604800', label: 'in a week' },
];

function RotateKey({ keyOf, done }: { keyOf: Key; done: (made: Key) => void }) {
  const [grace, setGrace] = useState('3600');
  const rotate = useChange(
    () => api.POST('/api/teams/{team_id}/keys/{key_id}/rotate', {
      params: { path: { team_id: keyOf.team_id, key_id: keyOf.key_id } },
      body: { grace_seconds: Number(grace) },
    }),
    { stale: [['teams', keyOf.team_id]], done },
  );
  return (
    <Stack>
      <Text>A new key takes the place of <b>{keyOf.name}</b> ({keyOf.display}).</Text>
      <Select label="The old one ends" data={graces} value={grace} onChange={(value) => setGrace(value ?? '3600')} allowDeselect={false} />
      <Failure error={rotate.error} />
      <Button onClick={() => rotate.mutate(undefined)} loading={rotate.isPending}>Rotate</Button>
    </Stack>
  );
}

function RevokeKey({ keyOf, close }: { keyOf: Key; close: () => void }) {
  const revoke = useChange(
    () => api.DELETE('/api/teams/{team_id}/keys/{key_id}', { params: { path: { team_id: keyOf.team_id, key_id: keyOf.key_id } } }),
    { stale: [['teams', keyOf.team_id]], done: close },
  );
  return (
    <ConfirmByName
      opened
      close={close}
      name={keyOf.name}
      action="Revoke the key"
      warning="Whatever uses it is refused from now on. To replace it without a gap, rotate it instead."
      confirm={() => revoke.mutate(undefined)}
      pending={revoke.isPending}
      error={revoke.error}
    />
  );
}
