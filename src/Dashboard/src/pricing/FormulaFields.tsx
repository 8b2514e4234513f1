import { Button, Fieldset, Group, NumberInput, SimpleGrid, Stack } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { RuleValues } from './rule';

/** What a job costs its customer, by the rule's kind. */
export function FormulaFields({ form }: { form: UseFormReturnType<RuleValues> }) {
  const { kind } = form.getValues();
  return (
    <>
      {kind === 'flat' && <NumberInput label="Price of a job, USD" min={0} required maw={300} {...form.getInputProps('price_usd')} />}
      {kind === 'markup' && (
        <NumberInput label="Mark-up, percent" description="On top of what a job's calls cost" min={0} required maw={300} {...form.getInputProps('markup_percent')} />
      )}
      {kind === 'tiered' && <Tiers form={form} />}
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <NumberInput label="At least, USD" description="Empty: no minimum" min={0} {...form.getInputProps('minimum_usd')} />
        <NumberInput label="At most, USD" description="Empty: no maximum" min={0} {...form.getInputProps('maximum_usd')} />
        <NumberInput label="Rounded to decimals" description="Empty: 6" min={0} max={10} allowDecimal={false} {...form.getInputProps('decimals')} />
      </SimpleGrid>
    </>
  );
}

function Tiers({ form }: { form: UseFormReturnType<RuleValues> }) {
  const { tiers } = form.getValues();
  return (
    <Fieldset legend="By the tokens of a job">
      <Stack gap="xs">
        {tiers.map((_, index) => (
          <Group key={index} align="end">
            <NumberInput
              label={`Below so many tokens (${index + 1})`}
              min={1}
              allowDecimal={false}
              thousandSeparator=","
              required
              w={190}
              {...form.getInputProps(`tiers.${index}.below_tokens`)}
            />
            <NumberInput label={`Price, USD (${index + 1})`} min={0} required w={140} {...form.getInputProps(`tiers.${index}.price_usd`)} />
            {tiers.length > 1 && (
              <Button variant="default" aria-label={`Remove tier ${index + 1}`} onClick={() => form.removeListItem('tiers', index)}>Remove</Button>
            )}
          </Group>
        ))}
        <NumberInput label="Price with more tokens, USD" min={0} required w={190} {...form.getInputProps('last_price_usd')} />
        <Group>
          <Button variant="default" size="xs" onClick={() => form.insertListItem('tiers', { below_tokens: '', price_usd: '' })}>Add a tier</Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
