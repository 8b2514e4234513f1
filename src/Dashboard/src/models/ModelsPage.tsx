import { Button, Group, Modal, NumberInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { api, type Schemas } from '../api/client';
import { useChange, usePages } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Empty } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { count, none, Status, usd } from '../parts/format';
import { type Column, PagedTable } from '../parts/PagedTable';
import { PageTitle } from '../parts/PageTitle';

const columns: Column<Schemas['ModelResponse']>[] = [
  { title: 'Model', cell: (model) => model.model_alias },
  { title: 'Provider', cell: (model) => model.provider },
  { title: 'Its name there', cell: (model) => model.upstream_model },
  { title: 'Kind', cell: (model) => model.mode.replace('_', ' ') },
  { title: 'Input, USD per million', numeric: true, cell: (model) => usd(model.input_usd_per_million) },
  { title: 'Output, USD per million', numeric: true, cell: (model) => usd(model.output_usd_per_million) },
  { title: 'Context', numeric: true, cell: (model) => (model.context_window ? count(model.context_window) : none) },
  { title: 'Serves', cell: (model) => <Status of={!model.active ? 'off' : model.priced ? 'active' : 'without a price'} /> },
];

export function ModelsPage() {
  const [creating, create] = useDisclosure();
  const pages = usePages(['models'], (cursor) => api.GET('/api/models', { params: { query: { cursor, limit: 200 } } }));
  const button = <Button onClick={create.open}>Add a model</Button>;
  return (
    <>
      <PageTitle title="Models">{button}</PageTitle>
      <PagedTable
        label="Models"
        pages={pages}
        columns={columns}
        rowKey={(model) => model.model_alias}
        empty={<Empty title="No model yet">{button}</Empty>}
      />
      <Modal opened={creating} onClose={create.close} title="Add a model"><CreateModel close={create.close} /></Modal>
    </>
  );
}

const initialValues = {
  model_alias: '',
  provider: '',
  upstream_model: '',
  input_usd_per_million: '' as number | string,
  output_usd_per_million: '' as number | string,
};

function CreateModel({ close }: { close: () => void }) {
  const form = useForm({ initialValues });
  const create = useChange((body: Schemas['CreateModel']) => api.POST('/api/models/create', { body }), {
    stale: [['models']],
    done: close,
    failed: (error) => form.setErrors(fieldsOf(error)),
  });

  return (
    <form
      onSubmit={form.onSubmit((values) => create.mutate({
        model_alias: values.model_alias,
        provider: values.provider,
        upstream_model: values.upstream_model || null,
        input_usd_per_million: priceOf(values.input_usd_per_million),
        output_usd_per_million: priceOf(values.output_usd_per_million),
      }))}
    >
      <Stack>
        <TextInput label="Name" description="What groups know it by" required data-autofocus {...form.getInputProps('model_alias')} />
        <TextInput label="Provider" description="openai, anthropic, azure, openrouter, …" required {...form.getInputProps('provider')} />
        <TextInput label="Its name at the provider" description="Empty: the same" {...form.getInputProps('upstream_model')} />
        <Group grow align="start">
          <NumberInput label="Input, USD per million tokens" min={0} {...form.getInputProps('input_usd_per_million')} />
          <NumberInput label="Output, USD per million tokens" min={0} {...form.getInputProps('output_usd_per_million')} />
        </Group>
        <Failure error={create.error} />
        <Button type="submit" loading={create.isPending}>Add</Button>
      </Stack>
    </form>
  );
}

/** Without a price a model is kept, but its calls are refused. */
function priceOf(value: number | string): number | null {
  return value === '' ? null : Number(value);
}
