import { Button, Code, Group, Modal, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useChange, usePages } from '../api/query';
import { Empty } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { count, duration, none, Status, Time } from '../parts/format';
import { type Column, PagedTable } from '../parts/PagedTable';
import { Section } from '../parts/Section';

type Delivery = Schemas['DeliveryResponse'];

const statuses = [{ value: '', label: 'All' }, { value: 'pending', label: 'Waiting' }, { value: 'delivered', label: 'Delivered' }];

/** What was sent to a webhook and what waits for it, newest first; each can be sent again. */
export function Deliveries({ webhookId }: { webhookId: string }) {
  const [status, setStatus] = useState('');
  const [shown, setShown] = useState<Delivery | null>(null);
  const path = { webhook_id: webhookId };
  const pages = usePages(['webhooks', webhookId, 'deliveries', status], (cursor) =>
    api.GET('/api/webhooks/{webhook_id}/deliveries', { params: { path, query: { status: status || undefined, cursor, limit: 100 } } }));
  const replay = useChange(
    (eventId: string) => api.POST('/api/webhooks/{webhook_id}/deliveries/{event_id}/replay', { params: { path: { ...path, event_id: eventId } } }),
    { stale: [['webhooks', webhookId]] },
  );

  const columns: Column<Delivery>[] = [
    { title: 'When', cell: (delivery) => <Time at={delivery.occurred_at} /> },
    { title: 'Event', cell: (delivery) => delivery.type },
    { title: 'Status', cell: (delivery) => <Status of={delivery.status ?? 'pending'} /> },
    { title: 'Attempts', numeric: true, cell: (delivery) => count(delivery.attempts) },
    { title: 'Answer', cell: (delivery) => delivery.response_status ?? delivery.error ?? none },
    {
      title: 'Actions',
      cell: (delivery) => (
        <Group gap="xs" wrap="nowrap">
          <Button size="compact-sm" variant="default" onClick={() => setShown(delivery)}>Show</Button>
          <Button size="compact-sm" variant="default" onClick={() => replay.mutate(delivery.event_id)}>Replay</Button>
        </Group>
      ),
    },
  ];

  return (
    <Section title="Deliveries" actions={<SegmentedControl size="xs" aria-label="Which" data={statuses} value={status} onChange={setStatus} />}>
      <Failure error={replay.error} />
      <PagedTable
        label="Deliveries"
        pages={pages}
        columns={columns}
        rowKey={(delivery) => delivery.event_id}
        empty={<Empty title="Nothing has been sent yet">Events that happen from now on are; Test sends one at once.</Empty>}
      />
      <Modal opened={shown !== null} onClose={() => setShown(null)} title={shown?.type} size="lg">{shown && <Details delivery={shown} />}</Modal>
    </Section>
  );
}

function Details({ delivery }: { delivery: Delivery }) {
  return (
    <Stack>
      <Text size="sm">Last attempt <Time at={delivery.last_attempt_at} />{delivery.latency_ms != null && `, ${duration(delivery.latency_ms)}`}</Text>
      {delivery.error && <Text c="var(--mantine-color-error)">{delivery.error}</Text>}
      <Text size="sm" fw={600}>Sent</Text>
      <Code block>{JSON.stringify(delivery.data, null, 2)}</Code>
      <Text size="sm" fw={600}>Answered</Text>
      <Code block>{delivery.response_excerpt || none}</Code>
    </Stack>
  );
}
