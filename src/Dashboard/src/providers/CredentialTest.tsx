import { Alert, Button, Modal, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { Facts } from '../parts/Facts';
import { Failure } from '../parts/Failure';
import { duration, none } from '../parts/format';
import { RowAction } from '../parts/RowActions';

/** Asks the provider whether it takes the key, and shows what it said. */
export function CredentialTest({ credential }: { credential: Schemas['ProviderCredentialResponse'] }) {
  const [opened, open] = useDisclosure();
  const test = useChange(
    () => api.POST('/api/provider-credentials/{credential_id}/test', { params: { path: { credential_id: credential.credential_id } } }),
    { stale: [], done: open.open, failed: open.open },
  );

  return (
    <>
      <RowAction verb="Test" name={credential.credential_name} act={() => test.mutate(undefined)} pending={test.isPending} />
      <Modal opened={opened} onClose={open.close} title={`Test of ${credential.credential_name} at ${credential.provider}`}>
        <Stack>
          <Failure error={test.error} />
          {test.data && (
            <>
              <Alert variant="outline" color={test.data.ok ? 'green' : 'red'} title={test.data.ok ? 'The provider accepts the key' : 'The test failed'}>
                {test.data.message}
              </Alert>
              <Facts facts={[['HTTP status', test.data.status_code ?? none], ['Answered after', duration(test.data.latency_ms)]]} />
            </>
          )}
          <Button variant="default" onClick={() => test.mutate(undefined)} loading={test.isPending}>Test again</Button>
        </Stack>
      </Modal>
    </>
  );
}
