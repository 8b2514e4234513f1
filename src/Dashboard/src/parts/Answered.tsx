import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure } from './Failure';
import { Loading } from './Loading';

/** What to show of a question to the service: that it is under way, that it failed, its answer. */
export function Answered<T>({ query, lines, children }: { query: UseQueryResult<T>; lines?: number; children: (answer: T) => ReactNode }) {
  if (query.isPending) return <Loading lines={lines} />;
  return (
    <>
      <Failure error={query.error} retry={() => query.refetch()} />
      {query.data !== undefined && children(query.data)}
    </>
  );
}
