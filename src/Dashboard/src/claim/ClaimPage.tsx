import { Alert, Button, Card, Center, Code, CopyButton, Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { Failure } from '../parts/Failure';

/** Shows a key that somebody hands over, once. Nothing is asked of the service before the button is pressed: programs that draw previews open links too. */
export function ClaimPage() {
  useDocumentTitle('A key for you · SaasLlm');
  // Kept apart from the address, which forgets it when the link is used up.
  const [token] = useState(() => location.hash.slice(1));
  const claim = useChange(() => api.POST('/api/key-links/claim', { body: { token } }), {
    stale: [],
    done: () => history.replaceState(null, '', location.pathname),
  });

  return (
    <Center component="main" mih="100dvh" p="md">
      <Card withBorder w="100%" maw={560} p="lg">
        <Stack>
          <Title order={1} size="h3">A key for you</Title>
          {claim.data ? <Claimed claimed={claim.data} />
            : token === '' ? <Alert color="yellow" variant="outline" title="The link is not whole">It ends with # and 64 letters and digits. Copy all of it.</Alert>
            : (
              <>
                <Text>Somebody has sent you a key for an application. It is shown once: have the place ready where you will keep it.</Text>
                <Failure error={claim.error} />
                <Button onClick={() => claim.mutate(undefined)} loading={claim.isPending}>Show the key</Button>
              </>
            )}
        </Stack>
      </Card>
    </Center>
  );
}

function Claimed({ claimed }: { claimed: Schemas['ClaimedKey'] }) {
  return (
    <>
      <Text>This is the key <b>{claimed.name}</b> of the team <b>{claimed.team_id}</b>. The link is used up; nobody can open it again.</Text>
      <Code block aria-label="Key" style={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}>{claimed.virtual_key}</Code>
      <Group>
        <CopyButton value={claimed.virtual_key}>
          {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}
        </CopyButton>
      </Group>
      <Text size="sm" c="dimmed">Store it where your application finds it, and nowhere else. Whoever has it can spend the team&apos;s credits.</Text>
    </>
  );
}
