import { Button, Modal, NumberInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { api, type Schemas } from '../api/client';
import { useChange, usePages } from '../api/query';
import { fieldsOf } from '../api/refusal';
import { Empty } from '../parts/Empty';
import { Failure } from '../parts/Failure';
import { none, Status, Time } from '../parts/format';
import { AnchorLink } from '../parts/links';
import { type Column, PagedTable } from '../parts/PagedTable';
import { PageTitle } from '../parts/PageTitle';

const columns: Column<Schemas['OrganizationResponse']>[] = [
  {
    title: 'Organization',
    cell: (row) => <AnchorLink to="/organizations/$organizationId" params={{ organizationId: row.organization_id }}>{row.organization_id}</AnchorLink>,
  },
  { title: 'Name', cell: (row) => row.name },
  { title: 'Status', cell: (row) => <Status of={row.status} /> },
  { title: 'Tier', cell: (row) => row.tier ?? none },
  { title: 'Created', cell: (row) => <Time at={row.created_at} /> },
];

export function OrganizationsPage() {
  const [creating, create] = useDisclosure();
  const pages = usePages(['organizations'], (cursor) => api.GET('/api/organizations', { params: { query: { cursor, limit: 100 } } }));
  const button = <Button onClick={create.open}>Create an organization</Button>;
  return (
    <>
      <PageTitle title="Organizations">{button}</PageTitle>
      <PagedTable
        label="Organizations"
        pages={pages}
        columns={columns}
        rowKey={(row) => row.organization_id}
        empty={<Empty title="No organization yet">Each of your customers is one; teams belong to it. {button}</Empty>}
      />
      <Modal opened={creating} onClose={create.close} title="Create an organization"><CreateOrganization close={create.close} /></Modal>
    </>
  );
}

function CreateOrganization({ close }: { close: () => void }) {
  const form = useForm({ initialValues: { organization_id: '', name: '', credits_allocated: '' as number | string } });
  const create = useChange((body: Schemas['CreateOrganization']) => api.POST('/api/organizations/create', { body }), {
    stale: [['organizations']],
    done: close,
    failed: (error) => form.setErrors(fieldsOf(error)),
  });

  return (
    <form
      onSubmit={form.onSubmit((values) =>
        create.mutate({ ...values, credits_allocated: values.credits_allocated === '' ? null : Number(values.credits_allocated) }))}
    >
      <Stack>
        <TextInput label="Organization id" description="Stays for ever" required data-autofocus {...form.getInputProps('organization_id')} />
        <TextInput label="Name" required {...form.getInputProps('name')} />
        <NumberInput label="Credits of its pool" description="For its users and services; teams have credits of their own" min={0} {...form.getInputProps('credits_allocated')} />
        <Failure error={create.error} />
        <Button type="submit" loading={create.isPending}>Create</Button>
      </Stack>
    </form>
  );
}
