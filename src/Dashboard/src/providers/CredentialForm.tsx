import { Autocomplete, PasswordInput, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { providers } from '../models/choices';
import { useOrganizationIds } from '../organizations/choices';
import { textOf } from '../parts/fields';
import { Form } from '../parts/Form';

type Credential = Schemas['ProviderCredentialResponse'];

/** Stores a provider's key, or changes what is stored; the key itself is never shown again. */
export function CredentialForm({ credential, close }: { credential?: Credential; close: () => void }) {
  const organizations = useOrganizationIds();
  const form = useForm({
    initialValues: {
      provider: '',
      credential_name: credential?.credential_name ?? '',
      api_key: '',
      api_base: credential?.api_base ?? '',
      organization_id: null as string | null,
    },
  });
  const save = useChange(
    ({ provider, organization_id, credential_name, api_key, api_base }: ReturnType<typeof form.getValues>) => credential
      ? api.PUT('/api/provider-credentials/{credential_id}', {
        params: { path: { credential_id: credential.credential_id } },
        body: { credential_name, api_key: textOf(api_key), api_base: api_base.trim() },
      })
      : api.POST('/api/provider-credentials/create', {
        body: { provider: provider.trim(), credential_name, api_key: api_key.trim(), api_base: textOf(api_base), organization_id },
      }),
    { stale: [['provider-credentials']], done: close, failed: (error) => form.setErrors(fieldsOf(error)) },
  );

  return (
    <Form submit={form.onSubmit((values) => save.mutate(values))} action={credential ? 'Save' : 'Store'} change={save}>
      {!credential && (
        <Autocomplete
          label="Provider"
          description="As its models name it. Any other name is a server of yours that speaks OpenAI's API"
          data={providers}
          required
          data-autofocus
          {...form.getInputProps('provider')}
        />
      )}
      <TextInput label="Name" description="Tells it from others: production, trial" required {...form.getInputProps('credential_name')} />
      <PasswordInput
        label="API key"
        description={credential ? 'Empty: the stored one stays' : 'Is encrypted, and never shown again'}
        required={!credential}
        autoComplete="off"
        {...form.getInputProps('api_key')}
      />
      <TextInput
        label="Address"
        description="Empty: the provider's own. Azure, Ollama, vLLM and servers of yours need one"
        placeholder="https://…/v1"
        {...form.getInputProps('api_base')}
      />
      {!credential && (
        <Select
          label="Only for the organization"
          description="Empty: for all that have none of their own"
          data={organizations}
          searchable
          clearable
          {...form.getInputProps('organization_id')}
        />
      )}
    </Form>
  );
}
