import { Button, Modal, MultiSelect, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { api, type Schemas } from '../api/client';
import { useAnswer, useChange, usePages } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Answered } from '../parts/Answered';
import { Empty } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { Time } from '../parts/format';
import { type Column, PagedTable } from '../parts/PagedTable';
import { PageTitle } from '../parts/PageTitle';

const columns: Column<Schemas['ModelGroupResponse']>[] = [
  { title: 'Group', cell: (group) => group.group_name },
  { title: 'Name', cell: (group) => group.display_name },
  { title: 'Models, as they are tried', cell: (group) => (group.models ?? []).map((model) => model.model_name).join(' › ') },
  { title: 'Within a priority', cell: (group) => group.routing_strategy.replace('_', ' ') },
  { title: 'Changed', cell: (group) => <Time at={group.updated_at} /> },
];

export function ModelGroupsPage() {
  const [creating, create] = useDisclosure();
  const pages = usePages(['model-groups'], (cursor) => api.GET('/api/model-groups', { params: { query: { cursor, limit: 100 } } }));
  const button = <Button onClick={create.open}>Create a model group</Button>;
  return (
    <>
      <PageTitle title="Model groups">{button}</PageTitle>
      <PagedTable
        label="Model groups"
        pages={pages}
        columns={columns}
        rowKey={(group) => group.group_name}
        empty={<Empty title="No model group yet">Applications call by a group's name and never see which model answers. {button}</Empty>}
      />
      <Modal opened={creating} onClose={create.close} title="Create a model group"><CreateModelGroup close={create.close} /></Modal>
    </>
  );
}

function CreateModelGroup({ close }: { close: () => void }) {
  const models = useAnswer(['models', 'choice'], () => api.GET('/api/models', { params: { query: { limit: 200 } } }));
  const form = useForm({ initialValues: { group_name: '', display_name: '', models: [] as string[] } });
  const create = useChange((body: Schemas['CreateModelGroup']) => api.POST('/api/model-groups/create', { body }), {
    stale: [['model-groups']],
    done: close,
    failed: (error) => form.setErrors(fieldsOf(error)),
  });

  return (
    <Answered query={models}>
      {(list) => (
        <form
          onSubmit={form.onSubmit((values) => create.mutate({
            group_name: values.group_name,
            display_name: values.display_name || null,
            models: values.models.map((model_name, priority) => ({ model_name, priority })),
          }))}
        >
          <Stack>
            <TextInput label="Group name" description="What applications call it by" required data-autofocus {...form.getInputProps('group_name')} />
            <TextInput label="Name to show" {...form.getInputProps('display_name')} />
            <MultiSelect
              label="Models"
              description="The first one serves; the others are fallbacks in this order."
              data={list.data.map((model) => model.model_alias)}
              searchable
              limit={50}
              required
              {...form.getInputProps('models')}
            />
            <Failure error={create.error} />
            <Button type="submit" loading={create.isPending}>Create</Button>
          </Stack>
        </form>
      )}
    </Answered>
  );
}
