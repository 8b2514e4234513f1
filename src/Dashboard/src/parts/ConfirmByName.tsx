import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Failure } from './Failure';

type Props = {
  /** Says what happens then. */
  warning: string;
  /** What must be typed. */
  name: string;
  action: string;
  opened: boolean;
  close: () => void;
  confirm: () => void;
  pending: boolean;
  error: unknown;
};

/** Asks before something that cannot be taken back, or that stops a customer: its name has to be typed. */
export function ConfirmByName(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.close} title={props.action}>
      <Confirmation {...props} />
    </Modal>
  );
}

/** Exists only while it is asked, so that what was typed is forgotten. */
function Confirmation({ warning, name, action, close, confirm, pending, error }: Props) {
  const [typed, setTyped] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm();
      }}
    >
      <Stack>
        <Text>{warning}</Text>
        <TextInput label={`Type ${name} to confirm`} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} autoComplete="off" data-autofocus />
        <Failure error={error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>Cancel</Button>
          <Button type="submit" color="red.9" disabled={typed !== name} loading={pending}>{action}</Button>
        </Group>
      </Stack>
    </form>
  );
}
