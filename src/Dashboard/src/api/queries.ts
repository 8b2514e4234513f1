import { QueryCache, QueryClient } from '@tanstack/react-query';
import { forgetKey } from '../session/key';
import { Refusal } from './refusal';

/** The question who calls; the page shows what it does by its answer. */
export const callerKey = ['caller'];

/** What the service has answered. A refusal stands: only what did not arrive is asked for again. */
export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError(error, query) {
      // The key was revoked or the session has ended: back to the sign-in.
      if (!(error instanceof Refusal) || error.status !== 401 || query.queryKey[0] === callerKey[0]) return;
      forgetKey();
      void queries.resetQueries({ queryKey: callerKey });
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failures, error) => failures < 2 && error instanceof Refusal && (error.status === 0 || error.status >= 500),
    },
  },
});
