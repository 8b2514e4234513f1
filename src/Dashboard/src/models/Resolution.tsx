import { Stack, Table } from '@mantine/core';
import { useState } from 'react';
import { api, type Schemas } from '../api/client';
import { useAnswer } from '../api/query';
import { Answered } from '../parts/Answered';
import { Status } from '../parts/format';
import { TeamPicker } from '../parts/TeamPicker';

/** Who would serve a group's calls, for a team or for whom it is granted at all. */
export function Resolution({ groupName }: { groupName: string }) {
  const [teamId, setTeamId] = useState<string>();
  const resolved = useAnswer(['model-groups', groupName, 'resolved', teamId], () =>
    api.GET('/api/model-groups/{group_name}/resolve', { params: { path: { group_name: groupName }, query: { team_id: teamId } } }));
  return (
    <Stack>
      <TeamPicker value={teamId} onChange={setTeamId} />
      <Answered query={resolved} lines={3}>
        {({ models }) => (
          <Table.ScrollContainer minWidth={420}>
            <Table>
              <Table.Thead>
                <Table.Tr><Table.Th ta="right">Priority</Table.Th><Table.Th>Model</Table.Th><Table.Th>Provider</Table.Th><Table.Th>Serves</Table.Th></Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {models.map((model) => (
                  <Table.Tr key={model.model_name}>
                    <Table.Td ta="right">{model.priority}</Table.Td>
                    <Table.Td>{model.model_name}</Table.Td>
                    <Table.Td>{model.provider}</Table.Td>
                    <Table.Td><Status of={statusOf(model)} /></Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Answered>
    </Stack>
  );
}

function statusOf(model: Schemas['ResolvedModel']) {
  if (model.serves) return 'active';
  return !model.active ? 'off' : !model.priced ? 'without a price' : 'not granted';
}
