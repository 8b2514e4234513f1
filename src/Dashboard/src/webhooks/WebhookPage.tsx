import { Alert, Stack } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer } from '../api/query';
import { Answered } from '../parts/Answered';
import { Facts } from '../parts/Facts';
import { count, none, Status, Time } from '../parts/format';
import { PageTitle } from '../parts/PageTitle';
import { SecretOnce } from '../parts/SecretOnce';
import { Section } from '../parts/Section';
import { Deliveries } from './Deliveries';
import { WebhookActions } from './WebhookActions';

/** One webhook: what it hears of, and what became of it. */
export function WebhookPage() {
  const { webhookId } = useParams({ from: '/webhooks/$webhookId' });
  const [secret, setSecret] = useState<string | null>(null);
  const webhook = useAnswer(['webhooks', webhookId], () => api.GET('/api/webhooks/{webhook_id}', { params: { path: { webhook_id: webhookId } } }));
  return (
    <Answered query={webhook}>
      {(found) => (
        <>
          <PageTitle title={found.description || 'Webhook'}><WebhookActions webhook={found} show={setSecret} /></PageTitle>
          <Stack mb="md">
            {secret && <SecretOnce secret={secret} done={() => setSecret(null)} />}
            {found.disabled_reason && <Alert color="red" variant="outline" role="alert" title="The service switched it off">{found.disabled_reason}</Alert>}
          </Stack>
          <WebhookFacts webhook={found} />
          <Deliveries webhookId={webhookId} />
        </>
      )}
    </Answered>
  );
}

function WebhookFacts({ webhook }: { webhook: Schemas['WebhookResponse'] }) {
  return (
    <Section title="Webhook">
      <Facts
        facts={[
          ['Address', webhook.url],
          ['Whose', webhook.organization_id ?? 'the operator'],
          ['Status', <Status of={webhook.active ? 'active' : 'off'} />],
          ['Events', webhook.events.join(', ')],
          ['Secret', webhook.secret],
          ['The secret before signs until', webhook.previous_secret_ends_at ? <Time at={webhook.previous_secret_ends_at} /> : none],
          ['Failures in a row', count(webhook.failures)],
          ['Tried again', webhook.next_attempt_at ? <Time at={webhook.next_attempt_at} /> : none],
        ]}
      />
    </Section>
  );
}
