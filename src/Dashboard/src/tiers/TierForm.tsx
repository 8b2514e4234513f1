import { NumberInput, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { useModels } from '../models/choices';
import { fieldOf, limitOf, numberOf } from '../parts/fields';
import { Form } from '../parts/Form';

type Tier = Schemas['TierResponse'];

/** Creates a tier, or changes one. */
export function TierForm({ tier, close }: { tier?: Tier; close: () => void }) {
  const models = useModels();
  const form = useForm({
    initialValues: {
      tier_name: '',
      rank: fieldOf(tier?.rank ?? 0),
      daily_calls: fieldOf(tier?.daily_calls),
      monthly_calls: fieldOf(tier?.monthly_calls),
      trial_calls: fieldOf(tier?.trial_calls),
      trial_days: fieldOf(tier?.trial_days),
      markup_percent: fieldOf(tier?.markup_percent ?? 0),
      credits_per_month: fieldOf(tier?.credits_per_month),
      default_model: tier?.default_model ?? null,
    },
  });
  const save = useChange(
    ({ tier_name, ...values }: ReturnType<typeof form.getValues>) => {
      // A new tier has no limit that could be taken away.
      const amountOf = tier ? limitOf : numberOf;
      const body = {
        rank: limitOf(values.rank),
        daily_calls: amountOf(values.daily_calls),
        monthly_calls: amountOf(values.monthly_calls),
        trial_calls: amountOf(values.trial_calls),
        trial_days: amountOf(values.trial_days),
        markup_percent: limitOf(values.markup_percent),
        credits_per_month: amountOf(values.credits_per_month),
        default_model: values.default_model ?? (tier ? '' : null),
      };
      return tier
        ? api.PUT('/api/tiers/{tier_name}', { params: { path: { tier_name: tier.tier_name } }, body })
        : api.POST('/api/tiers/create', { body: { tier_name: tier_name.trim(), ...body } });
    },
    { stale: [['tiers']], done: close, failed: (error) => form.setErrors(fieldsOf(error)) },
  );

  return (
    <Form submit={form.onSubmit((values) => save.mutate(values))} action={tier ? 'Save' : 'Create'} change={save}>
      {!tier && <TextInput label="Tier" description="Organizations have it by this name" required data-autofocus {...form.getInputProps('tier_name')} />}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput label="Rank" description="A higher one may call lower ones' models" min={0} allowDecimal={false} required {...form.getInputProps('rank')} />
        <NumberInput label="Mark-up, percent" description="On top of the providers' cost" min={0} required {...form.getInputProps('markup_percent')} />
        <NumberInput label="Calls a day" description="Empty: no limit" min={1} allowDecimal={false} {...form.getInputProps('daily_calls')} />
        <NumberInput label="Calls a month" description="Empty: no limit" min={1} allowDecimal={false} {...form.getInputProps('monthly_calls')} />
        <NumberInput label="Calls of the trial" description="Empty: it is no trial" min={1} allowDecimal={false} {...form.getInputProps('trial_calls')} />
        <NumberInput label="Days of the trial" description="From the first day in the tier" min={1} allowDecimal={false} {...form.getInputProps('trial_days')} />
        <NumberInput label="Credits a month" description="For the pool of who subscribes" min={0} {...form.getInputProps('credits_per_month')} />
        <Select
          label="Model of calls that name none"
          description="Empty: the router chooses"
          data={models.data?.map((model) => model.model_alias) ?? []}
          searchable
          clearable
          limit={50}
          {...form.getInputProps('default_model')}
        />
      </SimpleGrid>
    </Form>
  );
}
