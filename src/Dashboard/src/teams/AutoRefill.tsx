import { NumberInput, Select, SimpleGrid, Switch, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { api, type Schemas } from '../api/client';
import { useAnswer, useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Answered } from '../parts/Answered';
import { fieldOf, numberOf } from '../parts/fields';
import { Form } from '../parts/Form';
import { Time } from '../parts/format';
import { Section } from '../parts/Section';

const periods = [
  { value: 'daily', label: 'day' },
  { value: 'weekly', label: 'week, from Monday' },
  { value: 'monthly', label: 'month' },
];

/** Credits that a team is granted at the start of each period. */
export function AutoRefill({ teamId }: { teamId: string }) {
  const refill = useAnswer(['teams', teamId, 'auto-refill'], () =>
    api.GET('/api/credits/teams/{team_id}/auto-refill', { params: { path: { team_id: teamId } } }));
  return (
    <Section title="Auto-refill">
      <Answered query={refill} lines={2}>
        {(found) => (
          <>
            <Text size="sm" mb="sm">
              {found.auto_refill_enabled ? <>The next credits come <Time at={found.next_refill_at} />.</> : 'No credits come by themselves.'}
            </Text>
            <AutoRefillForm teamId={teamId} refill={found} />
          </>
        )}
      </Answered>
    </Section>
  );
}

function AutoRefillForm({ teamId, refill }: { teamId: string; refill: Schemas['AutoRefillResponse'] }) {
  const form = useForm({
    initialValues: {
      enabled: refill.auto_refill_enabled,
      refill_amount: fieldOf(refill.refill_amount),
      refill_period: refill.refill_period ?? 'monthly',
    },
  });
  const save = useChange(
    (body: Schemas['ConfigureAutoRefill']) => api.POST('/api/credits/teams/{team_id}/configure-auto-refill', { params: { path: { team_id: teamId } }, body }),
    {
      stale: [['teams', teamId]],
      done: (saved) => notifications.show({ message: saved.auto_refill_enabled ? 'The team is refilled from now on.' : 'The team is no longer refilled.' }),
      failed: (error) => form.setErrors(fieldsOf(error)),
    },
  );

  return (
    <Form
      submit={form.onSubmit((values) => save.mutate({
        enabled: values.enabled,
        // What is switched off may lack an amount.
        refill_amount: numberOf(values.refill_amount) as number,
        refill_period: values.refill_period,
      }))}
      action="Set the refill"
      change={save}
    >
      <Switch label="Grant credits by itself" {...form.getInputProps('enabled', { type: 'checkbox' })} />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput label="Credits" min={0} required={form.getValues().enabled} {...form.getInputProps('refill_amount')} />
        <Select label="Each" description="At 00:00 UTC" data={periods} allowDeselect={false} {...form.getInputProps('refill_period')} />
      </SimpleGrid>
    </Form>
  );
}
