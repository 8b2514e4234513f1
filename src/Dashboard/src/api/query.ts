import { type QueryKey, useInfiniteQuery, type UseInfiniteQueryResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Refusal } from './refusal';

/** What openapi-fetch gives back. */
export type Answer<T> = { data?: T; error?: unknown; response: Response };

/** The answer's value, or a {@link Refusal}. */
export async function valueOf<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call.catch((): never => {
    throw Refusal.unreached();
  });
  if (!response.ok) throw Refusal.of(response, error);
  return data as T;
}

/** One answer of the service, kept under its key until something that changes it says so. */
export function useAnswer<T>(key: QueryKey, ask: () => Promise<Answer<T>>, enabled = true) {
  return useQuery({ queryKey: key, queryFn: () => valueOf(ask()), enabled });
}

/** One page of a list, as every list of the service comes. */
type Page<Row> = { data: Row[]; next_cursor?: string | null };

export type Pages<Row> = Pick<
  UseInfiniteQueryResult<Row[]>,
  'data' | 'error' | 'isPending' | 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage' | 'refetch'
>;

/** The rows of a list, page after page by its cursor. */
export function usePages<Row>(key: QueryKey, ask: (cursor: string | undefined) => Promise<Answer<Page<Row>>>, enabled = true): Pages<Row> {
  const pages = useInfiniteQuery({
    queryKey: [...key, 'pages'],
    queryFn: ({ pageParam }) => valueOf(ask(pageParam)),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: (pages) => pages.pages.flatMap((page) => page.data),
    enabled,
  });
  return pages;
}

/** All rows of a list that is short enough to choose from. */
export function useAll<Row>(key: QueryKey, ask: (cursor: string | undefined) => Promise<Answer<Page<Row>>>) {
  return useQuery({
    queryKey: [...key, { all: true }],
    queryFn: async () => {
      const rows: Row[] = [];
      let cursor: string | undefined;
      do {
        const page = await valueOf(ask(cursor));
        rows.push(...page.data);
        cursor = page.next_cursor ?? undefined;
      } while (cursor);
      return rows;
    },
  });
}

/** A request that changes something; what it makes stale is asked for again. */
export function useChange<Input, T>(
  send: (input: Input) => Promise<Answer<T>>,
  options: { stale: QueryKey[]; done?: (answer: T) => void; failed?: (error: Error) => void },
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => valueOf(send(input)),
    onSuccess: async (answer) => {
      options.done?.(answer);
      await Promise.all(options.stale.map((key) => queries.invalidateQueries({ queryKey: key })));
    },
    onError: options.failed,
  });
}
