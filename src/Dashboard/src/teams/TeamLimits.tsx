import { NumberInput, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { fieldOf, limitOf } from '../parts/fields';
import { Form } from '../parts/Form';
import { LimitFields, limitsOf, limitValuesOf } from '../parts/LimitFields';
import { Section } from '../parts/Section';

/** A team's name, and how much it may ask. */
export function TeamLimits({ team }: { team: Schemas['TeamResponse'] }) {
  const form = useForm({
    initialValues: { team_alias: team.team_alias, cache_ttl_seconds: fieldOf(team.cache_ttl_seconds), ...limitValuesOf(team) },
  });
  const save = useChange(
    (body: Schemas['UpdateTeam']) => api.PUT('/api/teams/{team_id}', { params: { path: { team_id: team.team_id } }, body }),
    {
      stale: [['teams']],
      done: () => notifications.show({ message: 'Name and limits are saved.' }),
      failed: (error) => form.setErrors(fieldsOf(error)),
    },
  );
  return (
    <Section title="Name and limits">
      <Form
        submit={form.onSubmit((values) => save.mutate({
          team_alias: values.team_alias.trim() || team.team_id,
          cache_ttl_seconds: limitOf(values.cache_ttl_seconds),
          ...limitsOf(values),
        }))}
        action="Save the limits"
        change={save}
      >
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput label="Name" description="Empty: its id" {...form.getInputProps('team_alias')} />
          <NumberInput
            label="Answers serve again for, seconds"
            description="The same request is answered from the cache. Empty: no cache"
            min={1}
            allowDecimal={false}
            {...form.getInputProps('cache_ttl_seconds')}
          />
        </SimpleGrid>
        <LimitFields form={form} />
      </Form>
    </Section>
  );
}
