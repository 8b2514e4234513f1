import { MultiSelect, SimpleGrid } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { api, type Schemas } from '../api/client';
import { useAll, useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Form } from '../parts/Form';
import { Section } from '../parts/Section';

/** Which model groups and models a team may call. */
export function TeamGrants({ team }: { team: Schemas['TeamResponse'] }) {
  const groups = useAll(['model-groups'], (cursor) => api.GET('/api/model-groups', { params: { query: { cursor, limit: 200 } } }));
  const accessGroups = useAll(['access-groups'], (cursor) => api.GET('/api/model-access-groups', { params: { query: { cursor, limit: 200 } } }));
  const form = useForm({ initialValues: { model_groups: team.model_groups, access_groups: team.access_groups } });
  const save = useChange(
    (body: Schemas['UpdateTeam']) => api.PUT('/api/teams/{team_id}', { params: { path: { team_id: team.team_id } }, body }),
    {
      stale: [['teams']],
      done: () => notifications.show({ message: 'The grants hold from the next call on.' }),
      failed: (error) => form.setErrors(fieldsOf(error)),
    },
  );
  return (
    <Section title="May use">
      <Form submit={form.onSubmit((values) => save.mutate(values))} action="Save the grants" change={save}>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <MultiSelect
            label="Model groups"
            description="The first one serves calls that name none."
            data={groups.data?.map((group) => group.group_name) ?? team.model_groups}
            searchable
            {...form.getInputProps('model_groups')}
          />
          <MultiSelect
            label="Access groups"
            description="Their models can be called by their own names."
            data={accessGroups.data?.map((group) => group.group_name) ?? team.access_groups}
            searchable
            {...form.getInputProps('access_groups')}
          />
        </SimpleGrid>
      </Form>
    </Section>
  );
}
