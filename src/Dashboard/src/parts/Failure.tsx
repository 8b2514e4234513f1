import { Alert, Button, Code, Group, Text } from '@mantine/core';
import { Refusal } from '../api/refusal';

/** What went wrong, in the service's words, with the id by which its logs know the request. Nothing where nothing did. */
export function Failure({ error, retry }: { error: unknown; retry?: () => unknown }) {
  if (!error) return null;
  const requestId = error instanceof Refusal ? error.requestId : null;
  return (
    <Alert color="red" variant="outline" role="alert" title={error instanceof Error ? error.message : String(error)}>
      <Group justify="space-between">
        {requestId && <Text size="sm">Request <Code>{requestId}</Code></Text>}
        {retry && <Button size="xs" variant="default" onClick={() => retry()}>Try again</Button>}
      </Group>
    </Alert>
  );
}
