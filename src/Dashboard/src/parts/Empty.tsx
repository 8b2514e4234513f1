import { Card, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Stands where there is nothing yet, and says what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Card withBorder p="xl">
      <Stack align="center" gap="sm">
        <Text fw={600}>{title}</Text>
        {children}
      </Stack>
    </Card>
  );
}
