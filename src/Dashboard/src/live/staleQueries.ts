import type { Query, QueryClient, QueryKey } from '@tanstack/react-query';
import { callerKey } from '../api/queries';
import type { ServerSentEvent } from './serverSentEvents';

/** Changes gather for so long, in ms, before what shows them asks again. */
const gathering = 1500;

/** Longer lists than this, in pages, are not read anew under a reader who has scrolled far down. */
const mostPages = 3;

type Ids = { team_id?: string; organization_id?: string; job_id?: string };

/** Asks again for what a change has made stale, once for all changes of a moment. */
export class StaleQueries {
  readonly #queries: QueryClient;
  readonly #keys = new Map<string, QueryKey>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  add(event: ServerSentEvent) {
    for (const key of keysOf(event.type, event.data as Ids)) this.#keys.set(JSON.stringify(key), key);
    this.#timer ??= setTimeout(() => this.#askAgain(), gathering);
  }

  /** Changes may have been missed: whatever is shown is asked for again. */
  addAll = () => this.add({ type: 'refresh', data: {} });

  forget() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#keys.clear();
  }

  #askAgain() {
    const keys = [...this.#keys.values()];
    this.forget();
    for (const queryKey of keys) void this.#queries.invalidateQueries({ queryKey, predicate: isReadAnew });
  }
}

function keysOf(type: string, { team_id, organization_id, job_id }: Ids): QueryKey[] {
  switch (type) {
    case 'job': return [['jobs', 'list'], ['jobs', job_id], ['overview']];
    case 'credits': return organization_id ? [['organizations', organization_id], ['ledger']] : [['teams', team_id], ['teams', {}], ['ledger'], ['overview']];
    case 'team': return organization_id ? [['organizations'], ['teams', {}]] : [['teams', team_id], ['teams', {}]];
    case 'alert': return [['alerts']];
    default: return [[]];
  }
}

function isReadAnew(query: Query): boolean {
  const pages = (query.state.data as { pages?: unknown[] } | undefined)?.pages;
  return query.queryKey[0] !== callerKey[0] && (pages?.length ?? 0) <= mostPages;
}
