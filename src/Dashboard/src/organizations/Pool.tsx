import { Button, Modal, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer, useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Answered } from '../parts/Answered';
import { Facts } from '../parts/Facts';
import { Failure } from '../parts/Failure';
import type { NumberField } from '../parts/fields';
import { Form } from '../parts/Form';
import { credits } from '../parts/format';
import { Section } from '../parts/Section';

const policies = [
  { value: 'elastic', label: 'what it will probably cost' },
  { value: 'strict', label: 'the most that it can cost' },
];

/** What an organization's users and services pay from. */
export function Pool({ organizationId }: { organizationId: string }) {
  const [adding, add] = useDisclosure();
  const pool = useAnswer(['organizations', organizationId, 'credits'], () =>
    api.GET('/api/organizations/{organization_id}/credits', { params: { path: { organization_id: organizationId } } }));
  return (
    <Section title="Pool" actions={<Button size="xs" onClick={add.open}>Add credits</Button>}>
      <Answered query={pool} lines={2}>
        {(wallet) => (
          <Stack>
            <Facts
              facts={[
                ['Available', credits(wallet.credits_available)],
                ['Granted', credits(wallet.credits_allocated)],
                ['Used', credits(wallet.credits_used)],
                ['Held for running calls', credits(wallet.credits_reserved)],
              ]}
            />
            <HoldPolicy pool={wallet} />
          </Stack>
        )}
      </Answered>
      <Modal opened={adding} onClose={add.close} title="Add credits to the pool"><AddCredits organizationId={organizationId} close={add.close} /></Modal>
    </Section>
  );
}

function AddCredits({ organizationId, close }: { organizationId: string; close: () => void }) {
  // The same for each attempt at this grant: one that is sent again after a lost answer is not made twice.
  const [attempt] = useState(() => crypto.randomUUID());
  const form = useForm({ initialValues: { credits: '' as NumberField, reason: '' } });
  const add = useChange(
    (body: Schemas['AddOrganizationCreditsBody']) => api.POST('/api/organizations/{organization_id}/credits/add', {
      params: { path: { organization_id: organizationId } },
      headers: { 'Idempotency-Key': attempt },
      body,
    }),
    {
      stale: [['organizations', organizationId]],
      done: (added) => {
        notifications.show({ message: `${credits(added.credits_added)} credits added; the pool has ${credits(added.credits_remaining)}.` });
        close();
      },
      failed: (error) => form.setErrors(fieldsOf(error)),
    },
  );
  return (
    <Form submit={form.onSubmit((values) => add.mutate({ credits: Number(values.credits), reason: values.reason }))} action="Add" change={add}>
      <NumberInput label="Credits" description="Teams have credits of their own" min={0} required data-autofocus {...form.getInputProps('credits')} />
      <TextInput label="Reason" description="Stands in the ledger" required {...form.getInputProps('reason')} />
    </Form>
  );
}

function HoldPolicy({ pool }: { pool: Schemas['OrganizationCreditsResponse'] }) {
  const change = useChange(
    (hold_policy: string) => api.PUT('/api/organizations/{organization_id}/credits/hold-policy', {
      params: { path: { organization_id: pool.organization_id } },
      body: { hold_policy },
    }),
    { stale: [['organizations', pool.organization_id]] },
  );
  return (
    <>
      <Select
        label="While a call runs, it holds"
        data={policies}
        value={pool.hold_policy}
        onChange={(policy) => policy && change.mutate(policy)}
        disabled={change.isPending}
        allowDeselect={false}
        maw={320}
      />
      <Failure error={change.error} />
    </>
  );
}
