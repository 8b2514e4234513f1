import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '../api/client';
import { useCaller } from '../session/caller';
import { serverSentEvents } from './serverSentEvents';
import { StaleQueries } from './staleQueries';

/** The first and the longest wait before a lost connection is tried again, in ms. */
const [firstPause, longestPause] = [1000, 30_000];

/** Keeps what is shown as it is at the service. False while the connection is lost. */
export function useLive(): boolean {
  const queries = useQueryClient();
  const { kind } = useCaller();
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    if (kind !== 'operator' && kind !== 'team') return;
    const stale = new StaleQueries(queries);
    const leaving = new AbortController();
    void listen(stale, setConnected, leaving.signal);
    return () => {
      leaving.abort();
      stale.forget();
    };
  }, [queries, kind]);
  return connected;
}

async function listen(stale: StaleQueries, setConnected: (connected: boolean) => void, signal: AbortSignal) {
  let pause = firstPause;
  let lost = false;
  while (!signal.aborted) {
    try {
      const { data } = await api.GET('/api/events', { parseAs: 'stream', signal });
      if (data) {
        setConnected(true);
        if (lost) stale.addAll();
        pause = firstPause;
        for await (const event of serverSentEvents(data)) stale.add(event);
      }
    } catch {
      // The network, or the end of this page: the loop tells them apart.
    }

    lost = true;
    if (signal.aborted) return;
    setConnected(false);
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
    pause = Math.min(pause * 2, longestPause);
  }
}
