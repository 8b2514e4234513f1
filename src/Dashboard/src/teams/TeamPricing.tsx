import { NumberInput, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { type NumberField } from '../parts/fields';
import { Form } from '../parts/Form';
import { Section } from '../parts/Section';
import { RuleTable } from '../pricing/RuleTable';

/** What a team's jobs are billed at: the rules of its own, and the short way to one. */
export function TeamPricing({ teamId }: { teamId: string }) {
  return (
    <>
      <Section title="Mark-up"><MarkupForm teamId={teamId} /></Section>
      <Section title="Rules of its own, in force now"><RuleTable teamId={teamId} inForce /></Section>
    </>
  );
}

function MarkupForm({ teamId }: { teamId: string }) {
  const form = useForm({ initialValues: { markup_percent: '' as NumberField } });
  const save = useChange(
    (body: Schemas['SetTeamMarkup']) => api.PATCH('/api/teams/{team_id}/markup', { params: { path: { team_id: teamId } }, body }),
    {
      stale: [['pricing-rules']],
      done: () => {
        notifications.show({ message: 'Jobs are billed with that mark-up from now on.' });
        form.reset();
      },
      failed: (error) => form.setErrors(fieldsOf(error)),
    },
  );
  return (
    <Form submit={form.onSubmit((values) => save.mutate({ markup_percent: Number(values.markup_percent) }))} action="Bill with this mark-up" change={save}>
      <NumberInput label="Percent on top of what a job's calls cost" min={0} required maw={300} {...form.getInputProps('markup_percent')} />
      <Text size="sm" c="dimmed">It makes a rule for the team; one for a type of its jobs still comes first.</Text>
    </Form>
  );
}
