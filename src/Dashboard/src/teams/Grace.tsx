import { NumberInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Answered } from '../parts/Answered';
import { type NumberField, limitOf } from '../parts/fields';
import { Form } from '../parts/Form';
import { credits } from '../parts/format';
import { Section } from '../parts/Section';
import { useBalance } from './Balance';

/** How far below zero a team may go. */
export function Grace({ teamId }: { teamId: string }) {
  const balance = useBalance(teamId);
  return (
    <Section title="Grace">
      <Answered query={balance} lines={1}>{(found) => <GraceForm balance={found} />}</Answered>
    </Section>
  );
}

function GraceForm({ balance }: { balance: Schemas['BalanceResponse'] }) {
  const form = useForm({ initialValues: { grace_credits: balance.grace_credits as NumberField } });
  const save = useChange(
    (body: Schemas['SetGrace']) => api.PATCH('/api/credits/teams/{team_id}/grace', { params: { path: { team_id: balance.team_id } }, body }),
    {
      stale: [['teams', balance.team_id]],
      done: (saved) => notifications.show({ message: `New jobs can take ${credits(saved.credits_available)} credits.` }),
      failed: (error) => form.setErrors(fieldsOf(error)),
    },
  );
  return (
    <Form submit={form.onSubmit((values) => save.mutate({ grace_credits: limitOf(values.grace_credits) }))} action="Set the grace" change={save}>
      <NumberInput
        label="Credits below zero"
        description="What the team owes is taken from the next credits that it is granted"
        min={0}
        maw={420}
        {...form.getInputProps('grace_credits')}
      />
    </Form>
  );
}
