import { Alert, Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** A secret that the service shows this once; below it, what else can be done with it. */
export function SecretOnce({ secret, done, children }: { secret: string; done: () => void; children?: ReactNode }) {
  return (
    <Alert color="yellow" variant="outline" title="This key is shown only now">
      <Stack>
        <Text size="sm">Store it where your application finds it. Nobody can show it again, but it can be replaced.</Text>
        <Code block aria-label="Key" style={{ overflowWrap: 'anywhere', whiteSpace: 'normal' }}>{secret}</Code>
        <Group>
          <CopyButton value={secret}>
            {({ copied, copy }) => <Button onClick={copy}>{copied ? 'Copied' : 'Copy'}</Button>}
          </CopyButton>
          <Button variant="default" onClick={done}>I have stored it</Button>
        </Group>
        {children}
      </Stack>
    </Alert>
  );
}
