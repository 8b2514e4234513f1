import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { usePages } from '../api/query';
import { Delete } from '../parts/Delete';
import { Empty } from '../parts/Empty';
import { count, none, Status, usd } from '../parts/format';
import { type Column, PagedTable } from '../parts/PagedTable';
import { PageTitle } from '../parts/PageTitle';
import { RowAction, RowActions } from '../parts/RowActions';
import { ModelForm } from './ModelForm';

type Model = Schemas['ModelResponse'];

const columns: Column<Model>[] = [
  { title: 'Model', cell: (model) => model.model_alias },
  { title: 'Provider', cell: (model) => model.provider },
  { title: 'Its name there', cell: (model) => model.upstream_model },
  { title: 'Kind', cell: (model) => model.mode.replace('_', ' ') },
  { title: 'Input, USD per million', numeric: true, cell: (model) => usd(model.input_usd_per_million) },
  { title: 'Output, USD per million', numeric: true, cell: (model) => usd(model.output_usd_per_million) },
  { title: 'Context', numeric: true, cell: (model) => (model.context_window ? count(model.context_window) : none) },
  { title: 'Serves', cell: (model) => <Status of={!model.active ? 'off' : model.priced ? 'active' : 'without a price'} /> },
];

export function ModelsPage() {
  const [editing, setEditing] = useState<Model | 'new' | null>(null);
  const pages = usePages(['models'], (cursor) => api.GET('/api/models', { params: { query: { cursor, limit: 200 } } }));
  const button = <Button onClick={() => setEditing('new')}>Add a model</Button>;
  const close = () => setEditing(null);
  const actions: Column<Model> = {
    title: 'Actions',
    cell: (model) => (
      <RowActions>
        <RowAction verb="Edit" name={model.model_alias} act={() => setEditing(model)} />
        <Delete
          name={model.model_alias}
          what="the model"
          warning="Its calls are refused from now on. A model that a group still uses is kept; what its calls have cost stays known."
          send={() => api.DELETE('/api/models/{model_alias}', { params: { path: { model_alias: model.model_alias } } })}
          stale={[['models'], ['access-groups']]}
        />
      </RowActions>
    ),
  };

  return (
    <>
      <PageTitle title="Models">{button}</PageTitle>
      <PagedTable
        label="Models"
        pages={pages}
        columns={[...columns, actions]}
        rowKey={(model) => model.model_alias}
        empty={<Empty title="No model yet">Groups are made of models. {button}</Empty>}
      />
      <Modal opened={editing !== null} onClose={close} size="lg" title={editing === 'new' ? 'Add a model' : 'Edit the model'}>
        {editing && <ModelForm model={editing === 'new' ? undefined : editing} close={close} />}
      </Modal>
    </>
  );
}
