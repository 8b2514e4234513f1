import { Skeleton, Stack } from '@mantine/core';

/** Stands where an answer will be. */
export function Loading({ lines = 6 }: { lines?: number }) {
  return (
    <Stack gap="sm" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => <Skeleton key={line} height={28} />)}
    </Stack>
  );
}
