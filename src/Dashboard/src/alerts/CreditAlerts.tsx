import { NumberInput, SimpleGrid, TagsInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { api, type Schemas } from '../api/client';
import { useAnswer, useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Answered } from '../parts/Answered';
import { fieldOf, limitOf } from '../parts/fields';
import { Form } from '../parts/Form';
import { keyOf, type Owner } from '../parts/owner';
import { Section } from '../parts/Section';

/** At which credits somebody is warned. */
export function CreditAlerts({ owner }: { owner: Owner }) {
  const alerts = useAnswer([...keyOf(owner), 'alerts'], () => owner.team_id !== undefined
    ? api.GET('/api/credits/teams/{team_id}/alerts', { params: { path: owner } })
    : api.GET('/api/organizations/{organization_id}/credits/alerts', { params: { path: owner } }));
  return (
    <Section title="Warnings about credits">
      <Answered query={alerts} lines={2}>{(found) => <CreditAlertsForm owner={owner} alerts={found} />}</Answered>
    </Section>
  );
}

function CreditAlertsForm({ owner, alerts }: { owner: Owner; alerts: Schemas['CreditAlertsResponse'] }) {
  const form = useForm({ initialValues: { percentages: alerts.percentages.map(String), credits_below: fieldOf(alerts.credits_below) } });
  const save = useChange(
    (body: Schemas['SetCreditAlerts']) => owner.team_id !== undefined
      ? api.PATCH('/api/credits/teams/{team_id}/alerts', { params: { path: owner }, body })
      : api.PATCH('/api/organizations/{organization_id}/credits/alerts', { params: { path: owner }, body }),
    {
      stale: [[...keyOf(owner), 'alerts']],
      done: () => notifications.show({ message: 'The warnings are set.' }),
      failed: (error) => form.setErrors(fieldsOf(error)),
    },
  );

  return (
    <Form
      submit={form.onSubmit((values) => save.mutate({ percentages: values.percentages.map(Number), credits_below: limitOf(values.credits_below) }))}
      action="Set the warnings"
      change={save}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TagsInput label="Warn when used, percent of what was granted" description="Enter adds one" {...form.getInputProps('percentages')} />
        <NumberInput label="Warn when fewer credits are left than" description="Empty: do not" min={0} {...form.getInputProps('credits_below')} />
      </SimpleGrid>
    </Form>
  );
}
