import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/query';
import { Delete } from '../parts/Delete';
import { Empty } from '../parts/Empty';
import { Time } from '../parts/format';
import { type Column, PagedTable } from '../parts/PagedTable';
import { PageTitle } from '../parts/PageTitle';
import { RowAction, RowActions } from '../parts/RowActions';
import { ModelGroupForm } from './ModelGroupForm';
import { Resolution } from './Resolution';

type Group = Schemas['ModelGroupResponse'];

const columns: Column<Group>[] = [
  { title: 'Group', cell: (group) => group.group_name },
  { title: 'Name', cell: (group) => group.display_name },
  { title: 'Models, as they are tried', cell: (group) => orderOf(group.models ?? []) },
  { title: 'Within a priority', cell: (group) => group.routing_strategy.replace('_', ' ') },
  { title: 'Changed', cell: (group) => <Time at={group.updated_at} /> },
];

export function ModelGroupsPage() {
  const [editing, setEditing] = useState<Group | 'new' | null>(null);
  const [resolving, setResolving] = useState<Group | null>(null);
  const pages = usePages(['model-groups'], (cursor) => api.GET('/api/model-groups', { params: { query: { cursor, limit: 100 } } }));
  const button = <Button onClick={() => setEditing('new')}>Create a model group</Button>;
  const close = () => setEditing(null);
  const actions: Column<Group> = {
    title: 'Actions',
    cell: (group) => (
      <RowActions>
        <RowAction verb="Who serves" name={group.group_name} act={() => setResolving(group)} />
        <RowAction verb="Edit" name={group.group_name} act={() => setEditing(group)} />
        <Delete
          name={group.group_name}
          what="the model group"
          warning="Applications that call by this name are refused from now on. A group that is still granted to a team is kept."
          send={() => api.DELETE('/api/model-groups/{group_name}', { params: { path: { group_name: group.group_name } } })}
          stale={[['model-groups']]}
        />
      </RowActions>
    ),
  };

  return (
    <>
      <PageTitle title="Model groups">{button}</PageTitle>
      <PagedTable
        label="Model groups"
        pages={pages}
        columns={[...columns, actions]}
        rowKey={(group) => group.group_name}
        empty={<Empty title="No model group yet">Applications call by a group's name and never see which model answers. {button}</Empty>}
      />
      <Modal opened={editing !== null} onClose={close} size="lg" title={editing === 'new' ? 'Create a model group' : 'Edit the model group'}>
        {editing && <ModelGroupForm group={editing === 'new' ? undefined : editing} close={close} />}
      </Modal>
      <Modal opened={resolving !== null} onClose={() => setResolving(null)} size="lg" title={`Who serves ${resolving?.group_name ?? ''}`}>
        {resolving && <Resolution groupName={resolving.group_name} />}
      </Modal>
    </>
  );
}

/** › leads to a fallback; what shares a priority is joined by +. */
function orderOf(models: Schemas['ModelGroupMember'][]) {
  return models
    .map((model, index) => `${index === 0 ? '' : model.priority === models[index - 1]?.priority ? ' + ' : ' › '}${model.model_name}${model.active ? '' : ' (off)'}`)
    .join('');
}
