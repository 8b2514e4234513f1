import { NumberInput, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Answered } from '../parts/Answered';
import { fieldOf, limitOf } from '../parts/fields';
import { Form } from '../parts/Form';
import { useModels } from './choices';
import { Members } from './Members';
import { entriesOf, membersOf } from './order';

type Group = Schemas['ModelGroupResponse'];

const strategies = [
  { value: 'weighted', label: 'by their weights' },
  { value: 'least_busy', label: 'to the one with the fewest calls running' },
  { value: 'lowest_latency', label: 'to the one that answers fastest' },
];

/** Creates a model group, or changes one. */
export function ModelGroupForm({ group, close }: { group?: Group; close: () => void }) {
  const models = useModels();
  const form = useForm({
    initialValues: {
      group_name: '',
      display_name: group?.display_name ?? '',
      description: group?.description ?? '',
      models: membersOf(group?.models ?? []),
      routing_strategy: group?.routing_strategy ?? 'weighted',
      hedge_after_ms: fieldOf(group?.hedge_after_ms),
      cache_ttl_seconds: fieldOf(group?.cache_ttl_seconds),
    },
    validate: { models: (members) => (members.length === 0 ? 'Choose at least one.' : null) },
  });
  const save = useChange(
    ({ group_name, ...values }: ReturnType<typeof form.getValues>) => {
      const body = {
        ...values,
        display_name: values.display_name.trim() || (group?.group_name ?? null),
        models: entriesOf(values.models),
        hedge_after_ms: limitOf(values.hedge_after_ms),
        cache_ttl_seconds: limitOf(values.cache_ttl_seconds),
      };
      return group
        ? api.PUT('/api/model-groups/{group_name}', { params: { path: { group_name: group.group_name } }, body })
        : api.POST('/api/model-groups/create', { body: { group_name: group_name.trim(), ...body } });
    },
    { stale: [['model-groups']], done: close, failed: (error) => form.setErrors(fieldsOf(error)) },
  );

  return (
    <Answered query={models}>
      {(list) => (
        <Form submit={form.onSubmit((values) => save.mutate(values))} action={group ? 'Save' : 'Create'} change={save}>
          {!group && <TextInput label="Group name" description="What applications call it by" required data-autofocus {...form.getInputProps('group_name')} />}
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <TextInput label="Name to show" description="Empty: the group's name" {...form.getInputProps('display_name')} />
            <TextInput label="What it is for" description="Operators read it" {...form.getInputProps('description')} />
          </SimpleGrid>
          <Members
            members={form.getValues().models}
            change={(members) => form.setFieldValue('models', members)}
            models={list.map((model) => model.model_alias)}
            error={form.errors.models as string | undefined}
          />
          <Select label="Those who share the load get calls" data={strategies} allowDeselect={false} {...form.getInputProps('routing_strategy')} />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <NumberInput
              label="Ask the next one as well after, ms"
              description="Where no answer has begun by then; both are paid for. Empty: never"
              min={1}
              allowDecimal={false}
              {...form.getInputProps('hedge_after_ms')}
            />
            <NumberInput
              label="Answers serve again for, seconds"
              description="The same request is answered from the cache. Empty: as the team says"
              min={1}
              allowDecimal={false}
              {...form.getInputProps('cache_ttl_seconds')}
            />
          </SimpleGrid>
        </Form>
      )}
    </Answered>
  );
}
