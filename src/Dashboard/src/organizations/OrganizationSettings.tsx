import { Select, SimpleGrid, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useNavigate } from '@tanstack/react-router';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Delete } from '../parts/Delete';
import { Form } from '../parts/Form';
import { LimitFields, limitsOf, limitValuesOf } from '../parts/LimitFields';
import { Section } from '../parts/Section';
import { useTiers } from '../tiers/choices';

type Organization = Schemas['OrganizationResponse'];

/** What an organization has subscribed to, its limits, and its end. */
export function OrganizationSettings({ organization }: { organization: Organization }) {
  const navigate = useNavigate();
  return (
    <>
      <SettingsForm organization={organization} />
      <Section
        title="End"
        actions={(
          <Delete
            name={organization.organization_id}
            what="the organization"
            warning="It is gone then, with the credits of its pool. An organization that still has teams is kept."
            send={() => api.DELETE('/api/organizations/{organization_id}', { params: { path: { organization_id: organization.organization_id } } })}
            stale={[['organizations', 'pages'], ['organizations', { all: true }], ['organizations', 'choice']]}
            done={() => void navigate({ to: '/organizations' })}
          />
        )}
      >
        <Text size="sm">One that shall only stop for a while is suspended instead.</Text>
      </Section>
    </>
  );
}

function SettingsForm({ organization }: { organization: Organization }) {
  const tiers = useTiers();
  const form = useForm({
    initialValues: { name: organization.name, tier: organization.tier ?? null, subscribed: organization.subscribed, ...limitValuesOf(organization) },
  });
  const save = useChange(
    (body: Schemas['UpdateOrganization']) => api.PUT('/api/organizations/{organization_id}', {
      params: { path: { organization_id: organization.organization_id } },
      body,
    }),
    {
      stale: [['organizations']],
      done: () => notifications.show({ message: 'Tier and limits are saved.' }),
      failed: (error) => form.setErrors(fieldsOf(error)),
    },
  );

  return (
    <Section title="Tier and limits">
      <Form
        submit={form.onSubmit((values) => save.mutate({
          name: values.name,
          tier: values.tier ?? '',
          subscribed: values.subscribed,
          ...limitsOf(values),
        }))}
        action="Save tier and limits"
        change={save}
      >
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput label="Name" required {...form.getInputProps('name')} />
          <Select
            label="Tier"
            description="For its users and services on the LLM API"
            data={tiers.data?.map((tier) => tier.tier_name) ?? (organization.tier ? [organization.tier] : [])}
            clearable
            {...form.getInputProps('tier')}
          />
        </SimpleGrid>
        <Switch label="Its pool is granted the tier's credits each month, this one included" {...form.getInputProps('subscribed', { type: 'checkbox' })} />
        <LimitFields form={form} />
      </Form>
    </Section>
  );
}
