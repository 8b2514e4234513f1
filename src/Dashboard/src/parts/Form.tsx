import { Button, Group, Stack } from '@mantine/core';
import type { FormEventHandler, ReactNode } from 'react';
import { Failure } from './Failure';

type Props = {
  submit: FormEventHandler<HTMLFormElement>;
  /** What its button says. */
  action: string;
  /** The request that it sends. */
  change: { error: unknown; isPending: boolean };
  /** The fields. */
  children: ReactNode;
  /** Stands beside the button. */
  beside?: ReactNode;
};

/** A form: its fields, why the service refused it, and the button that sends it. */
export function Form({ submit, action, change, children, beside }: Props) {
  return (
    <form onSubmit={submit}>
      <Stack>
        {children}
        <Failure error={change.error} />
        <Group>
          <Button type="submit" loading={change.isPending}>{action}</Button>
          {beside}
        </Group>
      </Stack>
    </form>
  );
}
