import { Badge, Group, NumberInput, Progress, Select, SimpleGrid, Stack, TagsInput, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { api, type Schemas } from '../api/client';
import { useAnswer, useChange } from '../api/query';
import { fieldsOf, Refusal } from '../api/refusal';
import { Answered } from '../parts/Answered';
import { Delete } from '../parts/Delete';
import { Facts } from '../parts/Facts';
import { fieldOf, numberOf } from '../parts/fields';
import { Form } from '../parts/Form';
import { Time, usd } from '../parts/format';
import { keyOf, type Owner } from '../parts/owner';
import { Section } from '../parts/Section';

type Found = Schemas['BudgetResponse'];

const modes = [
  { value: 'soft', label: 'warn' },
  { value: 'hard', label: 'warn, and refuse new jobs and calls until the month ends' },
];

/** What calls may cost at the providers in a month, and what is left of it. */
export function Budget({ owner }: { owner: Owner }) {
  const key = [...keyOf(owner), 'budget'];
  const budget = useAnswer(key, () => orNone(owner.team_id !== undefined
    ? api.GET('/api/teams/{team_id}/budget', { params: { path: owner } })
    : api.GET('/api/organizations/{organization_id}/budget', { params: { path: owner } })));
  const remove = () => owner.team_id !== undefined
    ? api.DELETE('/api/teams/{team_id}/budget', { params: { path: owner } })
    : api.DELETE('/api/organizations/{organization_id}/budget', { params: { path: owner } });

  return (
    <Section
      title="Monthly budget"
      actions={budget.data && (
        <Delete
          name={owner.team_id ?? owner.organization_id}
          what="the budget"
          warning="What its calls cost is not bounded then, and nobody is warned of it."
          send={remove}
          stale={[key]}
        />
      )}
    >
      <Answered query={budget} lines={3}>
        {(found) => (
          <Stack>
            {found ? <Spent budget={found} /> : <Text c="dimmed">There is none: calls may cost what they like.</Text>}
            {/* Anew when it is set or taken away, so that the fields show what is. */}
            <BudgetForm key={found ? 'set' : 'none'} owner={owner} budget={found} />
          </Stack>
        )}
      </Answered>
    </Section>
  );
}

/** That there is none is an answer like any other. */
async function orNone<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<{ data: T | null; error?: unknown; response: Response }> {
  const answer = await call;
  return answer.response.status === 404 && Refusal.of(answer.response, answer.error).code === 'budget_not_found'
    ? { data: null, response: new Response() }
    : { ...answer, data: answer.data ?? null };
}

function Spent({ budget }: { budget: Found }) {
  const share = budget.monthly_cost_usd ? (budget.spent_usd / budget.monthly_cost_usd) * 100 : 0;
  return (
    <Stack>
      <Facts
        facts={[
          [`Spent in ${budget.month}`, usd(budget.spent_usd)],
          ['Left', budget.monthly_cost_usd == null ? 'not bounded' : usd(budget.left_usd)],
          ['Begins anew', <Time at={budget.resets_at} />],
        ]}
      />
      {budget.monthly_cost_usd != null && (
        <Progress value={Math.min(100, share)} color={budget.exceeded ? 'red' : undefined} aria-label={`${Math.round(share)} percent of the budget are spent`} />
      )}
      {budget.exceeded && <Group><Badge color="red.9">Exceeded</Badge></Group>}
    </Stack>
  );
}

function BudgetForm({ owner, budget }: { owner: Owner; budget: Found | null }) {
  const form = useForm({
    initialValues: {
      monthly_cost_usd: fieldOf(budget?.monthly_cost_usd),
      mode: budget?.mode ?? 'soft',
      alert_percents: (budget?.alert_percents ?? [80, 100]).map(String),
      daily_spike_factor: fieldOf(budget?.daily_spike_factor),
    },
  });
  const save = useChange(
    (body: Schemas['SetBudget']) => owner.team_id !== undefined
      ? api.PUT('/api/teams/{team_id}/budget', { params: { path: owner }, body })
      : api.PUT('/api/organizations/{organization_id}/budget', { params: { path: owner }, body }),
    {
      stale: [[...keyOf(owner), 'budget']],
      done: () => notifications.show({ message: 'The budget is set.' }),
      failed: (error) => form.setErrors(fieldsOf(error)),
    },
  );

  return (
    <Form
      submit={form.onSubmit((values) => save.mutate({
        monthly_cost_usd: numberOf(values.monthly_cost_usd),
        mode: values.mode,
        alert_percents: values.alert_percents.map(Number),
        daily_spike_factor: numberOf(values.daily_spike_factor),
      }))}
      action="Set the budget"
      change={save}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput label="Cost a month, USD" description="At the providers. Empty: not bounded" min={0} {...form.getInputProps('monthly_cost_usd')} />
        <Select label="When it is spent" description="A month begins anew at 00:00 UTC of its first day" data={modes} allowDeselect={false} {...form.getInputProps('mode')} />
        <TagsInput label="Warn at, percent of it" description="Enter adds one; 100 is always told" {...form.getInputProps('alert_percents')} />
        <NumberInput
          label="Warn of a day that costs so many times the usual"
          description="The mean of the 14 days before. Empty: do not"
          min={1}
          {...form.getInputProps('daily_spike_factor')}
        />
      </SimpleGrid>
    </Form>
  );
}
