import { Button, Modal, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useChange, usePages } from '../api/query';
import { Empty } from '../parts/Empty';
import { count, Status, Time } from '../parts/format';
import { AnchorLink } from '../parts/links';
import { type Column, PagedTable } from '../parts/PagedTable';
import { PageTitle } from '../parts/PageTitle';
import { SecretOnce } from '../parts/SecretOnce';
import { type WebhookFields, WebhookForm } from './WebhookForm';

type Webhook = Schemas['WebhookResponse'];

const columns: Column<Webhook>[] = [
  { title: 'Address', cell: (webhook) => <AnchorLink to="/webhooks/$webhookId" params={{ webhookId: webhook.webhook_id }}>{webhook.url}</AnchorLink> },
  { title: 'Whose', cell: (webhook) => webhook.organization_id ?? 'the operator' },
  { title: 'Events', cell: (webhook) => webhook.events.join(', ') },
  { title: 'Status', cell: (webhook) => <Status of={webhook.active ? 'active' : 'off'} /> },
  { title: 'Failures in a row', numeric: true, cell: (webhook) => count(webhook.failures) },
  { title: 'Changed', cell: (webhook) => <Time at={webhook.updated_at} /> },
];

/** Everybody's webhooks: the operator's own and those of organizations. */
export function WebhooksPage() {
  const [creating, create] = useDisclosure();
  const [secret, setSecret] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const [organizationId] = useDebouncedValue(typed.trim() || undefined, 300);
  const pages = usePages(['webhooks', { organizationId }], (cursor) =>
    api.GET('/api/webhooks', { params: { query: { organization_id: organizationId, cursor, limit: 100 } } }));
  const make = useChange(
    ({ organization_id, ...fields }: WebhookFields) => api.POST('/api/webhooks', { body: { ...fields, organization_id: organization_id || null } }),
    {
      stale: [['webhooks']],
      done: (made) => {
        create.close();
        setSecret(made.secret);
      },
    },
  );
  const button = <Button onClick={create.open}>Create a webhook</Button>;

  return (
    <>
      <PageTitle title="Webhooks">{button}</PageTitle>
      {secret && <SecretOnce secret={secret} done={() => setSecret(null)} />}
      <TextInput label="Organization" placeholder="everybody's" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} maw={220} my="md" />
      <PagedTable
        label="Webhooks"
        pages={pages}
        columns={columns}
        rowKey={(webhook) => webhook.webhook_id}
        empty={<Empty title="No webhook yet">A webhook tells an application of yours, or of a customer's, what happens here. {button}</Empty>}
      />
      <Modal opened={creating} onClose={create.close} title="Create a webhook">
        <WebhookForm webhook={null} send={make.mutate} pending={make.isPending} error={make.error} />
      </Modal>
    </>
  );
}
