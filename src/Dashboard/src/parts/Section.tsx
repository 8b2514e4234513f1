import { Card, Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A part of a page, with what can be done there beside its heading. */
export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <Card withBorder component="section" aria-label={title} mb="md">
      <Group justify="space-between" mb="md">
        <Title order={2} size="h4">{title}</Title>
        <Group gap="xs">{actions}</Group>
      </Group>
      {children}
    </Card>
  );
}
