import { Button, Modal, NumberInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api } from '../api/client';
import { useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Failure } from '../parts/Failure';
import { credits } from '../parts/format';

/** What the operator does with a team's credits: grant some, give a job's charge back. */
export function CreditForms({ teamId }: { teamId: string }) {
  const [adding, add] = useDisclosure();
  const [refunding, refund] = useDisclosure();
  return (
    <>
      <Button size="xs" onClick={add.open}>Add credits</Button>
      <Button size="xs" variant="default" onClick={refund.open}>Refund a job</Button>
      <Modal opened={adding} onClose={add.close} title="Add credits"><AddCredits teamId={teamId} close={add.close} /></Modal>
      <Modal opened={refunding} onClose={refund.close} title="Refund a job"><RefundJob teamId={teamId} close={refund.close} /></Modal>
    </>
  );
}

type FormProps = { teamId: string; close: () => void };

function AddCredits({ teamId, close }: FormProps) {
  // The same for each attempt at this grant: one that is sent again after a lost answer is not made twice.
  const [attempt] = useState(() => crypto.randomUUID());
  const form = useForm({ initialValues: { credits: '' as number | string, reason: '' } });
  const add = useChange(
    (body: { credits: number; reason: string }) =>
      api.POST('/api/credits/teams/{team_id}/add', { params: { path: { team_id: teamId } }, headers: { 'Idempotency-Key': attempt }, body }),
    {
      stale: [['teams']],
      done: (added) => {
        notifications.show({ message: `${credits(added.credits_added)} credits added; ${credits(added.credits_remaining)} are left.` });
        close();
      },
      failed: (error) => form.setErrors(fieldsOf(error)),
    },
  );

  return (
    <form onSubmit={form.onSubmit((values) => add.mutate({ credits: Number(values.credits), reason: values.reason }))}>
      <Stack>
        <NumberInput label="Credits" min={0} required data-autofocus {...form.getInputProps('credits')} />
        <TextInput label="Reason" description="Stands in the ledger" required {...form.getInputProps('reason')} />
        <Failure error={add.error} />
        <Button type="submit" loading={add.isPending}>Add</Button>
      </Stack>
    </form>
  );
}

function RefundJob({ teamId, close }: FormProps) {
  const form = useForm({ initialValues: { job_id: '', reason: '' } });
  const refund = useChange(
    (body: { job_id: string; reason: string }) => api.POST('/api/credits/teams/{team_id}/refund', { params: { path: { team_id: teamId } }, body }),
    {
      stale: [['teams'], ['jobs']],
      done: (refunded) => {
        notifications.show({ message: `${credits(refunded.credits_refunded)} credits given back; ${credits(refunded.credits_remaining)} are left.` });
        close();
      },
      failed: (error) => form.setErrors(fieldsOf(error)),
    },
  );

  return (
    <form onSubmit={form.onSubmit((values) => refund.mutate({ job_id: values.job_id.trim(), reason: values.reason }))}>
      <Stack>
        <TextInput label="Job id" description="Its whole charge is given back, once" required data-autofocus {...form.getInputProps('job_id')} />
        <TextInput label="Reason" description="Stands in the ledger" required {...form.getInputProps('reason')} />
        <Failure error={refund.error} />
        <Button type="submit" loading={refund.isPending}>Refund</Button>
      </Stack>
    </form>
  );
}
