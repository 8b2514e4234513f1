import { Autocomplete, Button, Group, MultiSelect, NumberInput, Select, Stack, Stepper, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer, useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Empty } from '../parts/Empty';
import { Facts } from '../parts/Facts';
import { Failure } from '../parts/Failure';
import { credits, none } from '../parts/format';
import { ButtonLink } from '../parts/links';
import { Loading } from '../parts/Loading';
import { PageTitle } from '../parts/PageTitle';
import { SecretOnce } from '../parts/SecretOnce';
import { budgetModes } from './budgetModes';
import { KeyLink } from './KeyLink';

const steps: (keyof typeof initialValues)[][] = [
  ['organization_id', 'team_id', 'team_alias'],
  ['model_groups', 'access_groups', 'rpm_limit', 'tpm_limit', 'max_parallel'],
  ['budget_mode', 'credits_allocated'],
];

const initialValues = {
  organization_id: '',
  team_id: '',
  team_alias: '',
  model_groups: [] as string[],
  access_groups: [] as string[],
  rpm_limit: '' as number | string,
  tpm_limit: '' as number | string,
  max_parallel: '' as number | string,
  budget_mode: 'job_based',
  credits_allocated: 100 as number | string,
};

/** From a customer's name to a key in its hands, step by step. */
export function CreateTeamPage() {
  const [made, setMade] = useState<Schemas['TeamResponse'] | null>(null);
  const organizations = useAnswer(['organizations', 'choice'], () => api.GET('/api/organizations', { params: { query: { limit: 200 } } }));
  const groups = useAnswer(['model-groups', 'choice'], () => api.GET('/api/model-groups', { params: { query: { limit: 200 } } }));
  const access = useAnswer(['access-groups', 'choice'], () => api.GET('/api/model-access-groups', { params: { query: { limit: 200 } } }));
  const error = organizations.error ?? groups.error ?? access.error;

  return (
    <>
      <PageTitle title="Create a team" />
      {made ? <Made team={made} />
        : error ? <Failure error={error} />
        : !organizations.data || !groups.data || !access.data ? <Loading />
        : organizations.data.data.length === 0 ? (
          <Empty title="A team belongs to an organization">Create one first. <ButtonLink to="/organizations">To the organizations</ButtonLink></Empty>
        ) : (
          <Wizard
            organizations={organizations.data.data.map((organization) => organization.organization_id)}
            groups={groups.data.data.map((group) => group.group_name)}
            accessGroups={access.data.data.map((group) => group.group_name)}
            done={setMade}
          />
        )}
    </>
  );
}

type Choices = { organizations: string[]; groups: string[]; accessGroups: string[] };

function Wizard({ organizations, groups, accessGroups, done }: Choices & { done: (team: Schemas['TeamResponse']) => void }) {
  const [step, setStep] = useState(0);
  const form = useForm({
    initialValues,
    validate: {
      organization_id: (value) => (value ? null : 'is required.'),
      team_id: (value) => (value ? null : 'is required.'),
    },
  });
  const create = useChange((values: typeof initialValues) => api.POST('/api/teams/create', { body: bodyOf(values) }), {
    stale: [['teams'], ['overview']],
    done,
    failed: (error) => {
      const fields = fieldsOf(error);
      form.setErrors(fields);
      const wrong = steps.findIndex((names) => names.some((name) => name in fields));
      if (wrong >= 0) setStep(wrong);
    },
  });

  function proceed() {
    const wrong = (steps[step] ?? []).map((name) => form.validateField(name)).some((field) => field.hasError);
    if (!wrong) setStep(step + 1);
  }

  const last = step === steps.length;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (last) create.mutate(form.getValues());
        else proceed();
      }}
    >
      <Stepper active={step} onStepClick={setStep} allowNextStepsSelect={false} size="sm" mb="md">
        <Stepper.Step label="Who">
          <Stack maw={480}>
            <Autocomplete label="Organization" data={organizations} required {...form.getInputProps('organization_id')} />
            <TextInput label="Team id" description="Stays for ever. Lower case with hyphens reads best: acme-prod" required {...form.getInputProps('team_id')} />
            <TextInput label="Name" {...form.getInputProps('team_alias')} />
          </Stack>
        </Stepper.Step>
        <Stepper.Step label="May use">
          <Stack maw={480}>
            <MultiSelect
              label="Model groups"
              description={groups.length === 0 ? 'There is none yet. The team can be granted some later.' : 'The first one serves calls that name none.'}
              data={groups}
              searchable
              {...form.getInputProps('model_groups')}
            />
            <MultiSelect
              label="Access groups"
              description="Models that the team may call by their own names."
              data={accessGroups}
              searchable
              {...form.getInputProps('access_groups')}
            />
            <NumberInput label="Requests a minute" description="Empty: no limit" min={1} allowDecimal={false} {...form.getInputProps('rpm_limit')} />
            <NumberInput label="Tokens a minute" description="Empty: no limit" min={1} allowDecimal={false} {...form.getInputProps('tpm_limit')} />
            <NumberInput label="Calls at the same time" description="Empty: no limit" min={1} allowDecimal={false} {...form.getInputProps('max_parallel')} />
          </Stack>
        </Stepper.Step>
        <Stepper.Step label="Credits">
          <Stack maw={480}>
            <Select label="A job costs" data={budgetModes} allowDeselect={false} {...form.getInputProps('budget_mode')} />
            <NumberInput label="Credits to begin with" min={0} {...form.getInputProps('credits_allocated')} />
          </Stack>
        </Stepper.Step>
        <Stepper.Completed>
          <Facts
            facts={[
              ['Organization', form.getValues().organization_id],
              ['Team', form.getValues().team_id],
              ['Name', form.getValues().team_alias || form.getValues().team_id],
              ['Model groups', form.getValues().model_groups.join(', ') || none],
              ['Access groups', form.getValues().access_groups.join(', ') || none],
              ['Credits', credits(Number(form.getValues().credits_allocated) || 0)],
            ]}
          />
        </Stepper.Completed>
      </Stepper>
      <Failure error={create.error} />
      <Group mt="md">
        {step > 0 && <Button variant="default" onClick={() => setStep(step - 1)}>Back</Button>}
        <Button type="submit" loading={create.isPending}>{last ? 'Create the team' : 'Next'}</Button>
      </Group>
    </form>
  );
}

function Made({ team }: { team: Schemas['TeamResponse'] }) {
  const navigate = useNavigate();
  const show = () => navigate({ to: '/teams/$teamId', params: { teamId: team.team_id } });
  return (
    <Stack>
      <Facts facts={[['Team', team.team_id], ['Organization', team.organization_id], ['Credits', credits(team.credits_allocated)]]} />
      <SecretOnce secret={team.virtual_key ?? ''} done={() => void show()}><KeyLink secret={team.virtual_key ?? ''} /></SecretOnce>
    </Stack>
  );
}

function bodyOf(values: typeof initialValues): Schemas['CreateTeam'] {
  return {
    ...values,
    team_alias: values.team_alias || null,
    rpm_limit: numberOf(values.rpm_limit),
    tpm_limit: numberOf(values.tpm_limit),
    max_parallel: numberOf(values.max_parallel),
    credits_allocated: numberOf(values.credits_allocated),
  };
}

/** A number field that is empty holds an empty text. */
function numberOf(value: number | string): number | null {
  return value === '' ? null : Number(value);
}
