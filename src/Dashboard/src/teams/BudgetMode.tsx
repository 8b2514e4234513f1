import { NumberInput, Select, SimpleGrid } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Form } from '../parts/Form';
import { Section } from '../parts/Section';
import { budgetModes } from './budgetModes';

/** How a team's jobs are charged, and what a credit is worth. Jobs that run keep what they began with. */
export function BudgetMode({ team }: { team: Schemas['TeamResponse'] }) {
  const form = useForm({
    initialValues: {
      budget_mode: team.budget_mode,
      credits_per_dollar: team.credits_per_dollar as number | string,
      tokens_per_credit: team.tokens_per_credit as number | string,
    },
  });
  const save = useChange(
    (body: Schemas['SetBudgetMode']) => api.PATCH('/api/credits/teams/{team_id}/budget-mode', { params: { path: { team_id: team.team_id } }, body }),
    {
      stale: [['teams']],
      done: () => notifications.show({ message: 'New jobs are charged that way from now on.' }),
      failed: (error) => form.setErrors(fieldsOf(error)),
    },
  );

  return (
    <Section title="Charging">
      <Form
        submit={form.onSubmit((values) => save.mutate({
          budget_mode: values.budget_mode,
          credits_per_dollar: Number(values.credits_per_dollar),
          tokens_per_credit: Number(values.tokens_per_credit),
        }))}
        action="Set the charging"
        change={save}
      >
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <Select label="A job costs" description="Jobs that run keep what they began with" data={budgetModes} allowDeselect={false} {...form.getInputProps('budget_mode')} />
          <NumberInput label="Credits for a dollar" description="Where charged by cost" min={0} required {...form.getInputProps('credits_per_dollar')} />
          <NumberInput
            label="Tokens for a credit"
            description="Where charged by tokens"
            min={1}
            allowDecimal={false}
            thousandSeparator=","
            required
            {...form.getInputProps('tokens_per_credit')}
          />
        </SimpleGrid>
      </Form>
    </Section>
  );
}
