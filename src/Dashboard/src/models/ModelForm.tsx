import { Autocomplete, MultiSelect, NumberInput, Select, SimpleGrid, Switch, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { fieldOf, limitOf, numberOf, textOf } from '../parts/fields';
import { Form } from '../parts/Form';
import { useTiers } from '../tiers/choices';
import { capabilities, modes, providers, taskTypes } from './choices';

type Model = Schemas['ModelResponse'];

/** The service keeps these once they are given: they can be changed, and not be emptied. */
const kept = [
  'input_usd_per_million', 'output_usd_per_million', 'cached_input_usd_per_million', 'cache_write_usd_per_million', 'context_window', 'max_output_tokens',
] as const;

/** Adds a model, or changes one. */
export function ModelForm({ model, close }: { model?: Model; close: () => void }) {
  const tiers = useTiers();
  const form = useForm({
    initialValues: valuesOf(model),
    validate: (values) => Object.fromEntries(
      kept.filter((field) => model?.[field] != null && values[field] === '').map((field) => [field, 'can be changed, but not taken away.']),
    ),
  });
  const save = useChange(
    (values: Values) => model
      ? api.PUT('/api/models/{model_alias}', { params: { path: { model_alias: model.model_alias } }, body: bodyOf(values) })
      : api.POST('/api/models/create', { body: { model_alias: values.model_alias.trim(), ...bodyOf(values) } }),
    { stale: [['models'], ['model-groups']], done: close, failed: (error) => form.setErrors(fieldsOf(error)) },
  );

  return (
    <Form submit={form.onSubmit((values) => save.mutate(values))} action={model ? 'Save' : 'Add'} change={save}>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {!model && <TextInput label="Name" description="What groups know it by" required data-autofocus {...form.getInputProps('model_alias')} />}
        <Autocomplete label="Provider" description="Whose credential its calls use" data={providers} required {...form.getInputProps('provider')} />
        <TextInput label="Its name at the provider" description={model ? 'Empty: as it is' : 'Empty: the same'} {...form.getInputProps('upstream_model')} />
        <Select label="Kind" description="What it answers with" data={modes} allowDeselect={false} {...form.getInputProps('mode')} />
        <NumberInput label="Input, USD per million tokens" description="Without both prices its calls are refused" min={0} {...form.getInputProps('input_usd_per_million')} />
        <NumberInput label="Output, USD per million tokens" description="0: it is free" min={0} {...form.getInputProps('output_usd_per_million')} />
        <NumberInput label="Cached input, USD per million" description="Empty: as input" min={0} {...form.getInputProps('cached_input_usd_per_million')} />
        <NumberInput label="Writing to the cache, USD per million" description="Empty: as input" min={0} {...form.getInputProps('cache_write_usd_per_million')} />
        <NumberInput label="Context, tokens" min={1} allowDecimal={false} thousandSeparator="," {...form.getInputProps('context_window')} />
        <NumberInput label="Longest answer, tokens" min={1} allowDecimal={false} thousandSeparator="," {...form.getInputProps('max_output_tokens')} />
        <NumberInput label="Calls at the same time" description="Empty: no limit" min={1} allowDecimal={false} {...form.getInputProps('max_parallel')} />
        <TagsInput label="Capabilities" description="Enter adds one" data={capabilities} {...form.getInputProps('capabilities')} />
        <MultiSelect label="Good at" description="Calls of such a task_type that name no model prefer it" data={taskTypes} {...form.getInputProps('task_types')} />
        <MultiSelect
          label="Tiers"
          description="None: every tier may call it"
          data={tiers.data?.map((tier) => tier.tier_name) ?? model?.tiers ?? []}
          {...form.getInputProps('tiers')}
        />
      </SimpleGrid>
      <Switch label="No data leaves the operator's own machines" {...form.getInputProps('local', { type: 'checkbox' })} />
      <Switch label="Serves calls" {...form.getInputProps('active', { type: 'checkbox' })} />
    </Form>
  );
}

function valuesOf(model: Model | undefined) {
  return {
    model_alias: '',
    provider: model?.provider ?? '',
    upstream_model: model?.upstream_model ?? '',
    mode: model?.mode ?? 'chat',
    input_usd_per_million: fieldOf(model?.input_usd_per_million),
    output_usd_per_million: fieldOf(model?.output_usd_per_million),
    cached_input_usd_per_million: fieldOf(model?.cached_input_usd_per_million),
    cache_write_usd_per_million: fieldOf(model?.cache_write_usd_per_million),
    context_window: fieldOf(model?.context_window),
    max_output_tokens: fieldOf(model?.max_output_tokens),
    max_parallel: fieldOf(model?.max_parallel),
    capabilities: model?.capabilities ?? [],
    task_types: model?.task_types ?? [],
    tiers: model?.tiers ?? [],
    local: model?.local ?? false,
    active: model?.active ?? true,
  };
}

type Values = ReturnType<typeof valuesOf>;

function bodyOf({ model_alias: _, ...values }: Values): Schemas['UpdateModel'] {
  return {
    ...values,
    provider: values.provider.trim(),
    upstream_model: textOf(values.upstream_model),
    input_usd_per_million: numberOf(values.input_usd_per_million),
    output_usd_per_million: numberOf(values.output_usd_per_million),
    cached_input_usd_per_million: numberOf(values.cached_input_usd_per_million),
    cache_write_usd_per_million: numberOf(values.cache_write_usd_per_million),
    context_window: numberOf(values.context_window),
    max_output_tokens: numberOf(values.max_output_tokens),
    max_parallel: limitOf(values.max_parallel),
  };
}
