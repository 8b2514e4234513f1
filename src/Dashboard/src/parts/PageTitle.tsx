import { Group, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';

/** A page's heading, which is the tab's too, with what can be done there beside it. */
export function PageTitle({ title, children }: { title: string; children?: ReactNode }) {
  useDocumentTitle(`${title} · SaasLlm`);
  return (
    <Group justify="space-between" mb="md">
      <Title order={1} size="h2">{title}</Title>
      <Group gap="sm">{children}</Group>
    </Group>
  );
}
