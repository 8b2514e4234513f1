import { Button, MultiSelect, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Schemas } from '../api/client';
import { fieldsOf } from '../api/refusal';
import { Failure } from '../parts/Failure';
import { eventFilters } from './eventTypes';

export type WebhookFields = { url: string; description: string; events: string[]; active: boolean; organization_id: string };

type Props = {
  /** Null: a new one. */
  webhook: Schemas['WebhookResponse'] | null;
  send: (fields: WebhookFields) => void;
  pending: boolean;
  error: unknown;
};

/** What makes a webhook, and what can be changed of one. */
export function WebhookForm({ webhook, send, pending, error }: Props) {
  const form = useForm<WebhookFields>({
    initialValues: {
      url: webhook?.url ?? '',
      description: webhook?.description ?? '',
      events: webhook?.events ?? ['*'],
      active: webhook?.active ?? true,
      organization_id: '',
    },
  });
  const refused = fieldsOf(error);
  return (
    <form onSubmit={form.onSubmit(send)}>
      <Stack>
        <TextInput label="Address" description="https to a public address, or to what the operator allows" required data-autofocus {...form.getInputProps('url')} error={refused.url} />
        <TextInput label="Description" {...form.getInputProps('description')} error={refused.description} />
        <MultiSelect label="Events" description="* are all, job.* those of jobs" data={eventFilters} required {...form.getInputProps('events')} error={refused.events} />
        {!webhook && (
          <TextInput label="Organization" description="Empty: yours, which hears of every organization" {...form.getInputProps('organization_id')} error={refused.organization_id} />
        )}
        <Switch label="Active" {...form.getInputProps('active', { type: 'checkbox' })} />
        <Failure error={error} />
        <Button type="submit" loading={pending}>{webhook ? 'Save' : 'Create'}</Button>
      </Stack>
    </form>
  );
}
