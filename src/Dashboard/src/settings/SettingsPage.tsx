import { Badge, Checkbox, Group, Table, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer } from '../api/query';
import { Answered } from '../parts/Answered';
import { Empty } from '../parts/Empty';
import { none } from '../parts/format';
import { PageTitle } from '../parts/PageTitle';

/** How the node that answered is configured. It is changed where it is started, not here. */
export function SettingsPage() {
  const settings = useAnswer(['settings'], () => api.GET('/api/settings'));
  const [part, setPart] = useState('');
  const [changedOnly, setChangedOnly] = useState(false);
  const isShown = (setting: Schemas['SettingResponse']) =>
    setting.name.toLowerCase().includes(part.toLowerCase()) && !(changedOnly && setting.is_default);
  return (
    <>
      <PageTitle title="Settings" />
      <Text mb="md">The effective configuration of the node that answered. It is set in its environment or appsettings.json.</Text>
      <Group mb="md" align="end">
        <TextInput label="Name" placeholder="a part of it" value={part} onChange={(event) => setPart(event.currentTarget.value)} />
        <Checkbox label="Only what is not the default" checked={changedOnly} onChange={(event) => setChangedOnly(event.currentTarget.checked)} mb={8} />
      </Group>
      <Answered query={settings}>{({ data }) => <SettingTable settings={data.filter(isShown)} />}</Answered>
    </>
  );
}

function SettingTable({ settings }: { settings: Schemas['SettingResponse'][] }) {
  if (settings.length === 0) return <Empty title="No such setting">Type less of the name.</Empty>;
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table>
        <Table.Thead><Table.Tr><Table.Th>Name</Table.Th><Table.Th>Value</Table.Th><Table.Th>From</Table.Th></Table.Tr></Table.Thead>
        <Table.Tbody>
          {settings.map((setting) => (
            <Table.Tr key={setting.name}>
              <Table.Td ff="monospace">{setting.name}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{setting.is_secret ? <Badge variant="outline" color="gray" tt="none">{setting.value}</Badge> : setting.value ?? none}</Table.Td>
              <Table.Td>{setting.is_default ? 'default' : 'configuration'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
