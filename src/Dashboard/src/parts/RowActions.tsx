import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';

/** What can be done with a row, at its end. */
export function RowActions({ children }: { children: ReactNode }) {
  return <Group gap="xs" wrap="nowrap" justify="flex-end">{children}</Group>;
}

/** One of those; its whole name is read out, its verb is seen. */
export function RowAction({ verb, name, act, pending }: { verb: string; name: string; act: () => void; pending?: boolean }) {
  return <Button size="compact-sm" variant="default" aria-label={`${verb} ${name}`} loading={pending} onClick={act}>{verb}</Button>;
}
