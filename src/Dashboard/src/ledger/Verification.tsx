import { Alert, Button, List, Stack, Table, Text } from '@mantine/core';
import { api, type Schemas } from '../api/client';
import { useChange } from '../api/query';
import { Failure } from '../parts/Failure';
import { count } from '../parts/format';
import { Section } from '../parts/Section';

/** Recomputes the books when asked to: that reads every row of them. */
export function Verification() {
  const verify = useChange(() => api.GET('/api/ledger/verify'), { stale: [] });
  return (
    <Section title="Are the books in order?" actions={<Button size="xs" onClick={() => verify.mutate(undefined)} loading={verify.isPending}>Verify</Button>}>
      <Stack>
        <Failure error={verify.error} />
        {verify.data ? <Report report={verify.data} /> : <Text size="sm">Every balance is recomputed from its transfers, which takes a while on large books.</Text>}
      </Stack>
    </Section>
  );
}

function Report({ report }: { report: Schemas['LedgerReport'] }) {
  return (
    <>
      <Alert variant="outline" color={report.clean ? 'green' : 'red'} role="status" title={report.clean ? 'Every invariant holds.' : 'Invariants are broken.'} />
      <Table.ScrollContainer minWidth={480}>
        <Table>
          <Table.Thead><Table.Tr><Table.Th>Invariant</Table.Th><Table.Th ta="right">Compared</Table.Th><Table.Th ta="right">Broken</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {report.checks.map((check) => (
              <Table.Tr key={check.invariant}>
                <Table.Td>
                  {check.invariant}
                  {check.examples.length > 0 && <List size="sm">{check.examples.map((example) => <List.Item key={example}>{example}</List.Item>)}</List>}
                </Table.Td>
                <Table.Td ta="right">{count(check.compared)}</Table.Td>
                <Table.Td ta="right">{count(check.violations)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}
