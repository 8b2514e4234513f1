import { useDocumentVisibility } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { api } from '../api/client';
import { useCaller } from '../session/caller';
import { serverSentEvents } from './serverSentEvents';
import { StaleQueries } from './staleQueries';

/** The first and the longest wait before a lost connection is tried again, in ms. */
const [firstPause, longestPause] = [1000, 30_000];

/**
 * Keeps what is shown as it is at the service. False while the connection is lost. A tab that nobody sees does not listen: over
 * HTTP/1.1 browsers open six connections to a host, for all its tabs together.
 */
export function useLive(): boolean {
  const queries = useQueryClient();
  const { kind } = useCaller();
  const isSeen = useDocumentVisibility() !== 'hidden';
  const hasListened = useRef(false);
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    if (!isSeen || (kind !== 'operator' && kind !== 'team')) return;
    const stale = new StaleQueries(queries);
    const leaving = new AbortController();
    void listen(stale, hasListened.current, setConnected, leaving.signal);
    hasListened.current = true;
    return () => {
      leaving.abort();
      stale.forget();
    };
  }, [queries, kind, isSeen]);
  return connected;
}

/** @param missed Whether something may have changed that was not heard of. */
async function listen(stale: StaleQueries, missed: boolean, setConnected: (connected: boolean) => void, signal: AbortSignal) {
  let pause = firstPause;
  while (!signal.aborted) {
    try {
      const { data } = await api.GET('/api/events', { parseAs: 'stream', signal });
      if (data) {
        setConnected(true);
        if (missed) stale.addAll();
        pause = firstPause;
        for await (const event of serverSentEvents(data)) stale.add(event);
      }
    } catch {
      // The network, or the end of this page: the loop tells them apart.
    }

    missed = true;
    if (signal.aborted) return;
    setConnected(false);
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
    pause = Math.min(pause * 2, longestPause);
  }
}
