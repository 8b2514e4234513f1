import { Button, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useNavigate } from '@tanstack/react-router';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { ConfirmByName } from '../parts/ConfirmByName';
import { Failure } from '../parts/Failure';
import { duration } from '../parts/format';
import { type WebhookFields, WebhookForm } from './WebhookForm';

type Props = { webhook: Schemas['WebhookResponse']; show: (secret: string) => void };

/** What can be done with a webhook. */
export function WebhookActions({ webhook, show }: Props) {
  const navigate = useNavigate();
  const [editing, edit] = useDisclosure();
  const [rotating, rotate] = useDisclosure();
  const [deleting, remove] = useDisclosure();
  const params = { path: { webhook_id: webhook.webhook_id } };
  const stale = [['webhooks']];
  const test = useChange(() => api.POST('/api/webhooks/{webhook_id}/test', { params }), {
    stale: [],
    done: (answer) => notifications.show({
      color: answer.ok ? 'green' : 'red',
      message: answer.ok ? `It answered ${answer.status_code} in ${duration(answer.latency_ms)}.` : `It failed: ${answer.error}`,
    }),
  });
  const save = useChange(
    ({ url, description, events, active }: WebhookFields) => api.PUT('/api/webhooks/{webhook_id}', { params, body: { url, description, events, active } }),
    { stale, done: edit.close },
  );
  const renew = useChange(() => api.POST('/api/webhooks/{webhook_id}/rotate-secret', { params, body: {} }), {
    stale,
    done: (renewed) => {
      rotate.close();
      show(renewed.secret);
    },
  });
  const end = useChange(() => api.DELETE('/api/webhooks/{webhook_id}', { params }), {
    stale: [],
    done: () => void navigate({ to: '/webhooks' }),
  });

  return (
    <>
      <Button onClick={() => test.mutate(undefined)} loading={test.isPending}>Test</Button>
      <Button variant="default" onClick={edit.open}>Edit</Button>
      <Button variant="default" onClick={rotate.open}>Rotate the secret</Button>
      <Button variant="default" onClick={remove.open}>Delete</Button>
      <Failure error={test.error} />
      <Modal opened={editing} onClose={edit.close} title="Edit the webhook">
        <WebhookForm webhook={webhook} send={save.mutate} pending={save.isPending} error={save.error} />
      </Modal>
      <Modal opened={rotating} onClose={rotate.close} title="Rotate the secret">
        <Stack>
          <Text>The new secret is shown once. For a day the old one signs as well, so that the receiver can change over.</Text>
          <Failure error={renew.error} />
          <Button onClick={() => renew.mutate(undefined)} loading={renew.isPending}>Rotate</Button>
        </Stack>
      </Modal>
      <ConfirmByName
        opened={deleting}
        close={remove.close}
        name={webhook.url}
        action="Delete the webhook"
        warning="What waits for it is deleted as well."
        confirm={() => end.mutate(undefined)}
        pending={end.isPending}
        error={end.error}
      />
    </>
  );
}
