import { Button, Modal } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useChange, usePages } from '../api/query';
import { Delete } from '../parts/Delete';
import { Empty } from '../parts/Empty';
import { Status, Time } from '../parts/format';
import { type Column, PagedTable } from '../parts/PagedTable';
import { PageTitle } from '../parts/PageTitle';
import { RowAction, RowActions } from '../parts/RowActions';
import { CredentialForm } from './CredentialForm';
import { CredentialTest } from './CredentialTest';

type Credential = Schemas['ProviderCredentialResponse'];

const columns: Column<Credential>[] = [
  { title: 'Provider', cell: (credential) => credential.provider },
  { title: 'Name', cell: (credential) => credential.credential_name },
  { title: 'Serves', cell: (credential) => credential.organization_id ?? 'every organization' },
  { title: 'Address', cell: (credential) => credential.api_base ?? 'the provider\'s own' },
  { title: 'Key', cell: (credential) => `…${credential.last4}` },
  { title: 'Status', cell: (credential) => <Status of={credential.active ? 'active' : 'off'} /> },
  { title: 'Changed', cell: (credential) => <Time at={credential.updated_at} /> },
];

/** The keys with which the service calls providers. */
export function ProvidersPage() {
  const [editing, setEditing] = useState<Credential | 'new' | null>(null);
  const pages = usePages(['provider-credentials'], (cursor) => api.GET('/api/provider-credentials', { params: { query: { cursor, limit: 100 } } }));
  const button = <Button onClick={() => setEditing('new')}>Store a credential</Button>;
  const close = () => setEditing(null);
  const actions: Column<Credential> = {
    title: 'Actions',
    cell: (credential) => (
      <RowActions>
        <CredentialTest credential={credential} />
        <RowAction verb="Edit" name={credential.credential_name} act={() => setEditing(credential)} />
        <Activation credential={credential} />
        <Delete
          name={credential.credential_name}
          what="the credential"
          warning={`The stored key is gone then. Calls to ${credential.provider} use another active credential for it, or the one in the service's environment, or fail.`}
          send={() => api.DELETE('/api/provider-credentials/{credential_id}', { params: { path: { credential_id: credential.credential_id } } })}
          stale={[['provider-credentials']]}
        />
      </RowActions>
    ),
  };

  return (
    <>
      <PageTitle title="Providers">{button}</PageTitle>
      <PagedTable
        label="Provider credentials"
        pages={pages}
        columns={[...columns, actions]}
        rowKey={(credential) => credential.credential_id}
        empty={<Empty title="No credential yet">Models answer once their provider's key is stored here, or in the service's environment. {button}</Empty>}
      />
      <Modal opened={editing !== null} onClose={close} title={editing === 'new' ? 'Store a credential' : 'Edit the credential'}>
        {editing && <CredentialForm credential={editing === 'new' ? undefined : editing} close={close} />}
      </Modal>
    </>
  );
}

/** Takes a key out of use without forgetting it, and back. */
function Activation({ credential }: { credential: Credential }) {
  const params = { path: { credential_id: credential.credential_id } };
  const change = useChange(
    () => credential.active
      ? api.PUT('/api/provider-credentials/{credential_id}/deactivate', { params })
      : api.PUT('/api/provider-credentials/{credential_id}/activate', { params }),
    {
      stale: [['provider-credentials']],
      failed: (error) => notifications.show({ color: 'red', message: error.message }),
    },
  );
  return (
    <RowAction
      verb={credential.active ? 'Deactivate' : 'Activate'}
      name={credential.credential_name}
      act={() => change.mutate(undefined)}
      pending={change.isPending}
    />
  );
}
