import { Button, Fieldset, Group, SegmentedControl, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { useOrganizationIds } from '../organizations/choices';
import { Failure } from '../parts/Failure';
import { Form } from '../parts/Form';
import { ButtonLink } from '../parts/links';
import { MonthPicker } from '../parts/MonthPicker';
import { monthOf } from '../parts/months';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';
import { TeamPicker } from '../parts/TeamPicker';
import { FormulaFields } from './FormulaFields';
import { PreviewTable } from './PreviewTable';
import { emptyRule, ruleOf, type RuleValues } from './rule';

const kinds = [
  { value: 'flat', label: 'Flat' },
  { value: 'tiered', label: 'By tokens' },
  { value: 'markup', label: 'Cost and mark-up' },
];

const scopes = [
  { value: 'everybody', label: 'Everybody' },
  { value: 'organization', label: 'Organization' },
  { value: 'team', label: 'Team' },
];

const picker = {
  clearable: true,
  clearButtonProps: { 'aria-label': 'Clear' },
  ariaLabels: { previousMonth: 'Previous month', nextMonth: 'Next month', previousYear: 'Previous year', nextYear: 'Next year' },
};

/** A new rule, which can be tried on a month's real jobs before it is kept. */
export function NewRulePage() {
  const navigate = useNavigate();
  const organizations = useOrganizationIds();
  const [month, setMonth] = useState(monthOf(-1));
  const form = useForm<RuleValues>({
    initialValues: emptyRule,
    validate: {
      organization_id: (value, { scope }) => (scope === 'organization' && !value ? 'Choose one.' : null),
      team_id: (value, { scope }) => (scope === 'team' && !value ? 'Choose one.' : null),
    },
  });
  const failed = (error: Error) => form.setErrors(formErrors(fieldsOf(error)));
  const save = useChange((body: Schemas['CreatePricingRule']) => api.POST('/api/pricing/rules', { body }), {
    stale: [['pricing-rules']],
    done: () => void navigate({ to: '/pricing' }),
    failed,
  });
  const preview = useChange((body: Schemas['PreviewPricing']) => api.POST('/api/pricing/preview', { body }), { stale: [], failed });
  const { scope, team_id } = form.getValues();

  function tryOut() {
    if (form.validate().hasErrors) return;
    const rule = ruleOf(form.getValues());
    preview.mutate({ rule, month, organization_id: rule.organization_id, team_id: rule.team_id });
  }

  return (
    <>
      <PageTitle title="Create a pricing rule" />
      <Section title="Rule">
        <Form
          submit={form.onSubmit((values) => save.mutate(ruleOf(values)))}
          action="Keep the rule"
          change={save}
          beside={<ButtonLink to="/pricing" variant="default">Cancel</ButtonLink>}
        >
          <Fieldset legend="Whose jobs">
            <Stack>
              <SegmentedControl aria-label="Whose jobs" data={scopes} {...form.getInputProps('scope')} />
              {scope === 'organization' && (
                <Select label="Organization" data={organizations} searchable maw={300} {...form.getInputProps('organization_id')} />
              )}
              {scope === 'team' && <TeamPicker value={team_id} onChange={(chosen) => form.setFieldValue('team_id', chosen)} />}
              {scope === 'team' && <Failure error={form.errors.team_id} />}
              <TextInput label="Type of job" description="Empty: every type" maw={300} {...form.getInputProps('job_type')} />
            </Stack>
          </Fieldset>
          <Fieldset legend="What a job costs">
            <Stack>
              <SegmentedControl aria-label="What a job costs" data={kinds} {...form.getInputProps('kind')} />
              <FormulaFields form={form} />
            </Stack>
          </Fieldset>
          <SimpleGrid cols={{ base: 1, sm: 2 }} maw={620}>
            <DateTimePicker label="From" description="Jobs created from then on" placeholder="now" {...picker} {...form.getInputProps('effective_from')} />
            <DateTimePicker label="Until" description="A newer rule ends it as well" placeholder="no end" {...picker} {...form.getInputProps('effective_to')} />
          </SimpleGrid>
        </Form>
      </Section>
      <Section title="Preview">
        <Stack>
          <Group align="end">
            <MonthPicker label="Jobs of the month (UTC)" month={month} choose={setMonth} />
            <Button variant="default" onClick={tryOut} loading={preview.isPending}>Preview with that month's jobs</Button>
          </Group>
          <Failure error={preview.error} />
          {preview.data && (
            <PreviewTable
              preview={preview.data}
              outdated={JSON.stringify(preview.variables?.rule) !== JSON.stringify(ruleOf(form.getValues())) || preview.data.month !== month}
            />
          )}
        </Stack>
      </Section>
    </>
  );
}

/** A preview names the fields of its rule with that before them. */
function formErrors(fields: Record<string, string>) {
  return Object.fromEntries(Object.entries(fields).map(([field, message]) => [field.replace(/^rule\./, ''), message]));
}
