import { Button, Modal, MultiSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useChange, usePages } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { useModels } from '../models/choices';
import { Answered } from '../parts/Answered';
import { Delete } from '../parts/Delete';
import { Empty } from '../parts/Empty';
import { Form } from '../parts/Form';
import { none, Time } from '../parts/format';
import { type Column, PagedTable } from '../parts/PagedTable';
import { PageTitle } from '../parts/PageTitle';
import { RowAction, RowActions } from '../parts/RowActions';

type Group = Schemas['AccessGroupResponse'];

const columns: Column<Group>[] = [
  { title: 'Group', cell: (group) => group.group_name },
  { title: 'What it is for', cell: (group) => group.description || none },
  { title: 'Models', cell: (group) => group.model_aliases.join(', ') || none },
  { title: 'Changed', cell: (group) => <Time at={group.updated_at} /> },
];

/** Sets of models that teams are granted by one name. */
export function AccessGroupsPage() {
  const [editing, setEditing] = useState<Group | 'new' | null>(null);
  const pages = usePages(['access-groups'], (cursor) => api.GET('/api/model-access-groups', { params: { query: { cursor, limit: 100 } } }));
  const button = <Button onClick={() => setEditing('new')}>Create an access group</Button>;
  const close = () => setEditing(null);
  const actions: Column<Group> = {
    title: 'Actions',
    cell: (group) => (
      <RowActions>
        <RowAction verb="Edit" name={group.group_name} act={() => setEditing(group)} />
        <Delete
          name={group.group_name}
          what="the access group"
          warning="Its models are granted by it no longer. A group that is still granted to a team is kept."
          send={() => api.DELETE('/api/model-access-groups/{group_name}', { params: { path: { group_name: group.group_name } } })}
          stale={[['access-groups']]}
        />
      </RowActions>
    ),
  };

  return (
    <>
      <PageTitle title="Access groups">{button}</PageTitle>
      <PagedTable
        label="Access groups"
        pages={pages}
        columns={[...columns, actions]}
        rowKey={(group) => group.group_name}
        empty={<Empty title="No access group yet">A team may call the models of its access groups by their own names. {button}</Empty>}
      />
      <Modal opened={editing !== null} onClose={close} title={editing === 'new' ? 'Create an access group' : 'Edit the access group'}>
        {editing && <AccessGroupForm group={editing === 'new' ? undefined : editing} close={close} />}
      </Modal>
    </>
  );
}

function AccessGroupForm({ group, close }: { group?: Group; close: () => void }) {
  const models = useModels();
  const form = useForm({ initialValues: { group_name: '', description: group?.description ?? '', model_aliases: group?.model_aliases ?? [] } });
  const save = useChange(
    ({ group_name, ...body }: ReturnType<typeof form.getValues>) => group
      ? api.PUT('/api/model-access-groups/{group_name}', { params: { path: { group_name: group.group_name } }, body })
      : api.POST('/api/model-access-groups/create', { body: { group_name: group_name.trim(), ...body } }),
    { stale: [['access-groups']], done: close, failed: (error) => form.setErrors(fieldsOf(error)) },
  );

  return (
    <Answered query={models}>
      {(list) => (
        <Form submit={form.onSubmit((values) => save.mutate(values))} action={group ? 'Save' : 'Create'} change={save}>
          {!group && <TextInput label="Group name" required data-autofocus {...form.getInputProps('group_name')} />}
          <TextInput label="What it is for" {...form.getInputProps('description')} />
          <MultiSelect label="Models" data={list.map((model) => model.model_alias)} searchable limit={50} {...form.getInputProps('model_aliases')} />
        </Form>
      )}
    </Answered>
  );
}
