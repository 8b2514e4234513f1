import { Table, Text } from '@mantine/core';
import { api, type Schemas } from '../api/client';
import { useAnswer } from '../api/query';
import { Answered } from '../parts/Answered';
import { count, none, percent } from '../parts/format';
import { Section } from '../parts/Section';

type Line = Schemas['UsageLine'];

const most = 10;

/** Where calls failed this month after all their retries and fallbacks, worst first. */
export function FailingRoutes({ month }: { month: string }) {
  const usage = useAnswer(['overview', month, 'routes'], () =>
    api.GET('/api/usage', { params: { query: { group_by: 'model_group,model', period: month } } }));
  return (
    <Section title="Routes that fail this month">
      <Answered query={usage} lines={3}>
        {({ data }) => {
          const failing = data.filter((line) => line.failed_calls > 0).sort((one, other) => other.failed_calls - one.failed_calls).slice(0, most);
          return failing.length === 0 ? <Text>No call has failed.</Text> : <Routes lines={failing} />;
        }}
      </Answered>
    </Section>
  );
}

function Routes({ lines }: { lines: Line[] }) {
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table>
        <Table.Thead>
          <Table.Tr><Table.Th>Model group</Table.Th><Table.Th>Model</Table.Th><Table.Th ta="right">Failed</Table.Th><Table.Th ta="right">Of all its calls</Table.Th></Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={`${line.model_group} ${line.model}`}>
              <Table.Td>{line.model_group || none}</Table.Td>
              <Table.Td>{line.model || 'none answered'}</Table.Td>
              <Table.Td ta="right">{count(line.failed_calls)}</Table.Td>
              <Table.Td ta="right">{percent(line.failed_calls / line.total_calls)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
