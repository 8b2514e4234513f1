import { ActionIcon, AppShell, Burger, Button, Group, Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet } from '@tanstack/react-router';
import { useLive } from '../live/useLive';
import { MenuLink } from '../parts/links';
import { useCaller, useSignOut } from '../session/caller';
import { navigationOf } from './navigation';

/** What surrounds every page. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  const caller = useCaller();
  const signOut = useSignOut();
  const live = useLive();

  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }} padding="md">
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={opened ? 'Close navigation' : 'Open navigation'} />
            <Text fw={700}>SaasLlm</Text>
          </Group>
          <Group gap="sm" wrap="nowrap">
            <Text size="sm" c="dimmed" role="status">{live ? '' : 'Reconnecting…'}</Text>
            <Text size="sm" c="dimmed" truncate visibleFrom="xs">{caller.team_id ?? caller.email ?? caller.name}</Text>
            <SchemeToggle />
            <Button variant="default" size="xs" onClick={() => void signOut()}>Sign out</Button>
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages" style={{ overflowY: 'auto' }}>
        {navigationOf(caller).map(({ to, label }) => (
          <MenuLink key={to} to={to} label={label} onClick={close} activeOptions={{ exact: to === '/' }} activeProps={{ active: true }} />
        ))}
      </AppShell.Navbar>
      <AppShell.Main>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const other = useComputedColorScheme('light') === 'light' ? 'dark' : 'light';
  return (
    <ActionIcon variant="default" aria-label={`Use ${other} colours`} title={`Use ${other} colours`} onClick={() => setColorScheme(other)}>
      <span aria-hidden>◐</span>
    </ActionIcon>
  );
}
