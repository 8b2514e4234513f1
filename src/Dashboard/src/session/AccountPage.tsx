import { Table } from '@mantine/core';
import { Empty } from '../parts/Empty';
import { Facts } from '../parts/Facts';
import { none, Status } from '../parts/format';
import { PageTitle } from '../parts/PageTitle';
import { Section } from '../parts/Section';
import { useCaller } from './caller';

/** Who a user is here, and to which organizations they belong. */
export function AccountPage() {
  const caller = useCaller();
  return (
    <>
      <PageTitle title="Account" />
      <Section title="You">
        <Facts facts={[['Name', caller.name], ['E-mail', caller.email ?? none], ['Acting for', caller.organization_id ?? none], ['Role there', caller.role ?? none]]} />
      </Section>
      <Section title="Organizations">
        {caller.organizations.length === 0
          ? <Empty title="You belong to no organization yet">Ask its owner to add you.</Empty>
          : (
            <Table>
              <Table.Thead><Table.Tr><Table.Th>Organization</Table.Th><Table.Th>Role</Table.Th><Table.Th>Status</Table.Th></Table.Tr></Table.Thead>
              <Table.Tbody>
                {caller.organizations.map((membership) => (
                  <Table.Tr key={membership.organization_id}>
                    <Table.Td>{membership.organization_id}</Table.Td>
                    <Table.Td>{membership.role}</Table.Td>
                    <Table.Td><Status of={membership.status} /></Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
      </Section>
    </>
  );
}
