import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type Message, type Request, streamAnswer } from './stream';

/** One question and what came of it. */
export type Turn = {
  question: string;
  answer: string;
  state: 'streaming' | 'answered' | 'stopped' | 'failed';
  error?: unknown;
  jobId?: string | null;
  /** From sending to the first text, in ms, as the browser saw it. */
  firstTextMs?: number;
};

/** What was said so far, as the next call tells it to the model: an answer that was stopped counts as far as it came. */
export function messagesOf(turns: Turn[]): Message[] {
  return turns
    .filter((turn) => turn.answer)
    .flatMap((turn) => [{ role: 'user' as const, content: turn.question }, { role: 'assistant' as const, content: turn.answer }]);
}

/** A conversation in turns, each of which is a job of its own. */
export function useConversation() {
  const queries = useQueryClient();
  const [turns, setTurns] = useState<Turn[]>([]);
  const running = useRef<AbortController>(undefined);
  const streaming = turns.at(-1)?.state === 'streaming';

  // Whoever leaves the page does not wait for the answer.
  useEffect(() => () => running.current?.abort(), []);

  /** Answers to a conversation that was begun anew are nobody's. */
  const change = (of: AbortController, next: (turn: Turn) => Partial<Turn>) =>
    setTurns((all) => (of !== running.current ? all : all.map((turn, index) => (index === all.length - 1 ? { ...turn, ...next(turn) } : turn))));

  async function ask(question: string, request: Request) {
    const abort = new AbortController();
    const sentAt = performance.now();
    running.current = abort;
    setTurns((all) => [...all, { question, answer: '', state: 'streaming' }]);
    try {
      await streamAnswer(request, abort.signal, {
        began: (jobId) => change(abort, () => ({ jobId })),
        said: (text) => change(abort, (turn) => ({ answer: turn.answer + text, firstTextMs: turn.firstTextMs ?? performance.now() - sentAt })),
      });
      change(abort, () => ({ state: 'answered' }));
    } catch (error) {
      change(abort, () => (abort.signal.aborted ? { state: 'stopped' } : { state: 'failed', error }));
    }

    await Promise.all(['teams', 'jobs', 'overview'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  }

  return {
    turns,
    streaming,
    ask,
    stop: () => running.current?.abort(),
    beginAnew: () => {
      running.current?.abort();
      running.current = undefined;
      setTurns([]);
    },
  };
}
