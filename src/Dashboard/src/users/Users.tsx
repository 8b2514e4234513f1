import { Button, Checkbox, Group, Modal, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useChange, usePages } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { ConfirmByName } from '../parts/ConfirmByName';
import { Empty } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { none, Status, Time } from '../parts/format';
import { type Column, PagedTable } from '../parts/PagedTable';

type User = Schemas['UserResponse'];

/** Everybody who can sign in: make one, stop one, delete one. */
export function Users() {
  const [creating, create] = useDisclosure();
  const [deleting, setDeleting] = useState<User | null>(null);
  const pages = usePages(['users'], (cursor) => api.GET('/api/users', { params: { query: { cursor, limit: 100 } } }));
  const change = useChange(
    ({ user, body }: { user: User; body: Schemas['UpdateUser'] }) => api.PUT('/api/users/{user_id}', { params: { path: { user_id: user.user_id } }, body }),
    { stale: [['users']] },
  );

  const columns: Column<User>[] = [
    { title: 'User', cell: (user) => user.name },
    { title: 'E-mail', cell: (user) => user.email ?? none },
    { title: 'Id', cell: (user) => user.user_id },
    { title: 'Operator', cell: (user) => (user.is_operator ? 'yes' : 'no') },
    { title: 'Status', cell: (user) => <Status of={user.status} /> },
    { title: 'Signs in', cell: (user) => (user.has_password ? 'with a password' : 'at the identity provider') },
    { title: 'Made', cell: (user) => <Time at={user.created_at} /> },
    {
      title: 'Actions',
      cell: (user) => (
        <Group gap="xs" wrap="nowrap">
          <Button size="compact-sm" variant="default" onClick={() => change.mutate({ user, body: { status: user.status === 'active' ? 'disabled' : 'active' } })}>
            {user.status === 'active' ? 'Disable' : 'Enable'}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setDeleting(user)}>Delete</Button>
        </Group>
      ),
    },
  ];
  const button = <Button onClick={create.open}>Create a user</Button>;

  return (
    <>
      <Group justify="flex-end" mb="md">{button}</Group>
      <Failure error={change.error} />
      <PagedTable
        label="Users"
        pages={pages}
        columns={columns}
        rowKey={(user) => user.user_id}
        empty={<Empty title="No user yet">People sign in with a password or at the identity provider. {button}</Empty>}
      />
      <Modal opened={creating} onClose={create.close} title="Create a user"><CreateUser close={create.close} /></Modal>
      {deleting && <DeleteUser user={deleting} close={() => setDeleting(null)} />}
    </>
  );
}

function CreateUser({ close }: { close: () => void }) {
  const form = useForm({ initialValues: { email: '', name: '', password: '', is_operator: false } });
  const create = useChange((body: Schemas['CreateUser']) => api.POST('/api/users/create', { body }), {
    stale: [['users']],
    done: close,
    failed: (error) => form.setErrors(fieldsOf(error)),
  });
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate({ ...values, name: values.name || null, password: values.password || null }))}>
      <Stack>
        <TextInput label="E-mail" type="email" required data-autofocus {...form.getInputProps('email')} />
        <TextInput label="Name" {...form.getInputProps('name')} />
        <PasswordInput label="Password" description="Empty: signs in at the identity provider only" autoComplete="new-password" {...form.getInputProps('password')} />
        <Checkbox label="Operator, who may do everything" {...form.getInputProps('is_operator', { type: 'checkbox' })} />
        <Failure error={create.error} />
        <Button type="submit" loading={create.isPending}>Create</Button>
      </Stack>
    </form>
  );
}

function DeleteUser({ user, close }: { user: User; close: () => void }) {
  const remove = useChange(() => api.DELETE('/api/users/{user_id}', { params: { path: { user_id: user.user_id } } }), { stale: [['users']], done: close });
  return (
    <ConfirmByName
      opened
      close={close}
      name={user.email ?? user.user_id}
      action="Delete the user"
      warning="Their sessions and keys end at once. To keep somebody out whom the identity provider still vouches for, disable them instead."
      confirm={() => remove.mutate(undefined)}
      pending={remove.isPending}
      error={remove.error}
    />
  );
}
