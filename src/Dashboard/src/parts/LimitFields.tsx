import { NumberInput, SimpleGrid } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { fieldOf, limitOf, type NumberField } from './fields';

type Limits = { rpm_limit?: number | null; tpm_limit?: number | null; max_parallel?: number | null; burst_limit?: number | null };

export type LimitValues = Record<keyof Limits, NumberField>;

export const limitValuesOf = (limits: Limits): LimitValues => ({
  rpm_limit: fieldOf(limits.rpm_limit),
  tpm_limit: fieldOf(limits.tpm_limit),
  max_parallel: fieldOf(limits.max_parallel),
  burst_limit: fieldOf(limits.burst_limit),
});

/** A field that was emptied takes its limit away. */
export const limitsOf = (values: LimitValues) => ({
  rpm_limit: limitOf(values.rpm_limit),
  tpm_limit: limitOf(values.tpm_limit),
  max_parallel: limitOf(values.max_parallel),
  burst_limit: limitOf(values.burst_limit),
});

/** How much may be asked at once and in a minute. */
export function LimitFields<Values extends LimitValues>({ form }: { form: Pick<UseFormReturnType<Values>, 'getInputProps'> }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <NumberInput label="Requests a minute" description="Empty: no limit" min={1} allowDecimal={false} {...form.getInputProps('rpm_limit')} />
      <NumberInput label="Tokens a minute" description="Empty: no limit" min={1} allowDecimal={false} thousandSeparator="," {...form.getInputProps('tpm_limit')} />
      <NumberInput label="Calls at the same time" description="Empty: no limit" min={1} allowDecimal={false} {...form.getInputProps('max_parallel')} />
      <NumberInput
        label="Requests at once"
        description="Refilled at the requests a minute. Empty: no limit"
        min={1}
        allowDecimal={false}
        {...form.getInputProps('burst_limit')}
      />
    </SimpleGrid>
  );
}
