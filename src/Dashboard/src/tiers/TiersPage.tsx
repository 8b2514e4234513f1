import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/query';
import { Delete } from '../parts/Delete';
import { Empty } from '../parts/Empty';
import { count, credits, none, percent } from '../parts/format';
import { type Column, PagedTable } from '../parts/PagedTable';
import { PageTitle } from '../parts/PageTitle';
import { RowAction, RowActions } from '../parts/RowActions';
import { TierForm } from './TierForm';

type Tier = Schemas['TierResponse'];

const limit = (calls: number | null | undefined) => (calls ? count(calls) : 'no limit');

const columns: Column<Tier>[] = [
  { title: 'Tier', cell: (tier) => tier.tier_name },
  { title: 'Rank', numeric: true, cell: (tier) => tier.rank },
  { title: 'Calls a day', numeric: true, cell: (tier) => limit(tier.daily_calls) },
  { title: 'Calls a month', numeric: true, cell: (tier) => limit(tier.monthly_calls) },
  { title: 'Trial', cell: (tier) => (tier.trial_calls && tier.trial_days ? `${count(tier.trial_calls)} calls in ${count(tier.trial_days)} days` : none) },
  { title: 'Mark-up', numeric: true, cell: (tier) => percent(tier.markup_percent / 100) },
  { title: 'Credits a month', numeric: true, cell: (tier) => (tier.credits_per_month ? credits(tier.credits_per_month) : none) },
  { title: 'Default model', cell: (tier) => tier.default_model ?? none },
];

/** What organizations can subscribe to on the LLM API. */
export function TiersPage() {
  const [editing, setEditing] = useState<Tier | 'new' | null>(null);
  const pages = usePages(['tiers'], (cursor) => api.GET('/api/tiers', { params: { query: { cursor, limit: 100 } } }));
  const button = <Button onClick={() => setEditing('new')}>Create a tier</Button>;
  const close = () => setEditing(null);
  const actions: Column<Tier> = {
    title: 'Actions',
    cell: (tier) => (
      <RowActions>
        <RowAction verb="Edit" name={tier.tier_name} act={() => setEditing(tier)} />
        <Delete
          name={tier.tier_name}
          what="the tier"
          warning="Nobody can be given it then. A tier that an organization still has is kept."
          send={() => api.DELETE('/api/tiers/{tier_name}', { params: { path: { tier_name: tier.tier_name } } })}
          stale={[['tiers']]}
        />
      </RowActions>
    ),
  };

  return (
    <>
      <PageTitle title="Tiers">{button}</PageTitle>
      <PagedTable
        label="Tiers"
        pages={pages}
        columns={[...columns, actions]}
        rowKey={(tier) => tier.tier_name}
        empty={<Empty title="No tier">Organizations without one have no quota on the LLM API. {button}</Empty>}
      />
      <Modal opened={editing !== null} onClose={close} size="lg" title={editing === 'new' ? 'Create a tier' : 'Edit the tier'}>
        {editing && <TierForm tier={editing === 'new' ? undefined : editing} close={close} />}
      </Modal>
    </>
  );
}
