import { Button, Code, CopyButton, Group, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api } from '../api/client';
import { useChange } from '../api/query';
import { Failure } from '../parts/Failure';
import { Time } from '../parts/format';

const lifetimes = [
  { value: '3600', label: 'an hour' },
  { value: '86400', label: 'a day' },
  { value: '259200', label: 'three days' },
  { value: '604800', label: 'a week' },
];

/** Hands a key over, while it is shown: makes an address that opens once. */
export function KeyLink({ secret }: { secret: string }) {
  const [seconds, setSeconds] = useState('86400');
  const make = useChange(() => api.POST('/api/key-links', { body: { key: secret, expires_in_seconds: Number(seconds) } }), { stale: [['audit']] });
  const address = make.data && location.origin + make.data.address;
  return address
    ? (
      <Stack gap="xs">
        <Text size="sm">Whoever opens this link first is shown the key, and nobody after them. It works until <Time at={make.data.expires_at} />.</Text>
        <Code block aria-label="Link" style={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}>{address}</Code>
        <Group>
          <CopyButton value={address}>
            {({ copied, copy }) => <Button variant="default" onClick={copy}>{copied ? 'Link copied' : 'Copy the link'}</Button>}
          </CopyButton>
        </Group>
      </Stack>
    )
    : (
      <Stack gap="xs">
        <Text size="sm">To hand it over, send a link instead of the key: it opens once.</Text>
        <Group align="end">
          <Select label="It works for" data={lifetimes} value={seconds} onChange={(value) => setSeconds(value ?? '86400')} allowDeselect={false} w={140} />
          <Button variant="default" onClick={() => make.mutate(undefined)} loading={make.isPending}>Make a link that opens once</Button>
        </Group>
        <Failure error={make.error} />
      </Stack>
    );
}
