import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer, useChange, usePages } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { ConfirmByName } from '../parts/ConfirmByName';
import { Empty } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { none, Status, Time } from '../parts/format';
import { type Column, PagedTable } from '../parts/PagedTable';

type Member = Schemas['MemberResponse'];

const roles = ['owner', 'admin', 'member'];

/** Who belongs to an organization, and what they may do there. */
export function Members() {
  const [organizationId, setOrganizationId] = useState<string | null>(null);
  const organizations = useAnswer(['organizations', 'choice'], () => api.GET('/api/organizations', { params: { query: { limit: 200 } } }));
  return (
    <>
      <Select
        label="Organization"
        placeholder="choose one"
        searchable
        data={organizations.data?.data.map((organization) => organization.organization_id) ?? []}
        value={organizationId}
        onChange={setOrganizationId}
        error={organizations.error?.message}
        maw={300}
        mb="md"
      />
      {organizationId ? <MembersOf organizationId={organizationId} /> : <Empty title="Whose members?">Choose an organization.</Empty>}
    </>
  );
}

function MembersOf({ organizationId }: { organizationId: string }) {
  const [adding, add] = useDisclosure();
  const [removing, setRemoving] = useState<Member | null>(null);
  const stale = [['members', organizationId]];
  const pages = usePages(['members', organizationId], (cursor) =>
    api.GET('/api/organizations/{organization_id}/members', { params: { path: { organization_id: organizationId }, query: { cursor, limit: 100 } } }));
  const pathOf = (member: Member) => ({ path: { organization_id: organizationId, user_id: member.user_id } });
  const change = useChange(
    ({ member, role }: { member: Member; role: string }) =>
      api.PUT('/api/organizations/{organization_id}/members/{user_id}', { params: pathOf(member), body: { role } }),
    { stale },
  );
  const remove = useChange(
    (member: Member) => api.DELETE('/api/organizations/{organization_id}/members/{user_id}', { params: pathOf(member) }),
    { stale, done: () => setRemoving(null) },
  );

  const columns: Column<Member>[] = [
    { title: 'User', cell: (member) => member.name },
    { title: 'E-mail', cell: (member) => member.email ?? none },
    {
      title: 'Role',
      cell: (member) => (
        <Select
          size="xs"
          w={110}
          aria-label={`Role of ${member.name}`}
          data={roles}
          allowDeselect={false}
          value={member.role}
          onChange={(role) => role && change.mutate({ member, role })}
        />
      ),
    },
    { title: 'Status', cell: (member) => <Status of={member.status} /> },
    { title: 'Joined', cell: (member) => <Time at={member.created_at} /> },
    { title: 'Actions', cell: (member) => <Button size="compact-sm" variant="default" onClick={() => setRemoving(member)}>Remove</Button> },
  ];
  const button = <Button onClick={add.open}>Add a member</Button>;

  return (
    <>
      <Group justify="flex-end" mb="md">{button}</Group>
      <Failure error={change.error} />
      <PagedTable
        label="Members"
        pages={pages}
        columns={columns}
        rowKey={(member) => member.user_id}
        empty={<Empty title="No member yet">A member's calls are paid from the organization's pool. {button}</Empty>}
      />
      <Modal opened={adding} onClose={add.close} title="Add a member"><AddMember organizationId={organizationId} close={add.close} /></Modal>
      {removing && (
        <ConfirmByName
          opened
          close={() => setRemoving(null)}
          name={removing.email ?? removing.user_id}
          action="Remove the member"
          warning={`They may do nothing more for ${organizationId}; their account stays.`}
          confirm={() => remove.mutate(removing)}
          pending={remove.isPending}
          error={remove.error}
        />
      )}
    </>
  );
}

function AddMember({ organizationId, close }: { organizationId: string; close: () => void }) {
  const form = useForm({ initialValues: { user_id: '', role: 'member' } });
  const add = useChange(
    (body: { user_id: string; role: string }) =>
      api.POST('/api/organizations/{organization_id}/members', { params: { path: { organization_id: organizationId } }, body }),
    { stale: [['members', organizationId]], done: close, failed: (error) => form.setErrors(fieldsOf(error)) },
  );
  return (
    <form onSubmit={form.onSubmit((values) => add.mutate(values))}>
      <Stack>
        <TextInput label="User id" description="As the list of users shows it" required data-autofocus {...form.getInputProps('user_id')} />
        <Select label="Role" data={roles} allowDeselect={false} {...form.getInputProps('role')} />
        <Failure error={add.error} />
        <Button type="submit" loading={add.isPending}>Add</Button>
      </Stack>
    </form>
  );
}
