import { Tabs } from '@mantine/core';
import { PageTitle } from '../parts/PageTitle';
import { Members } from './Members';
import { Users } from './Users';

/** People, and the organizations that they belong to. */
export function UsersPage() {
  return (
    <>
      <PageTitle title="Users" />
      <Tabs defaultValue="users" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="users">Users</Tabs.Tab>
          <Tabs.Tab value="members">Members of an organization</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="users"><Users /></Tabs.Panel>
        <Tabs.Panel value="members"><Members /></Tabs.Panel>
      </Tabs>
    </>
  );
}
