import { api, type Schemas } from '../api/client';
import { valueOf } from '../api/query';
import { Refusal } from '../api/refusal';

export type Message = { role: 'user' | 'assistant'; content: string };

export type Request = Omit<Schemas['CreateAndCallBody'], 'messages'> & { messages: Message[] };

/** What the caller is told while an answer comes. */
type Listener = { began: (jobId: string | null) => void; said: (text: string) => void };

type Chunk = { choices?: { delta?: { content?: string | null } }[] };

/** Makes a job of one call and passes its answer on as it comes. Returns when the call is on record and the job has ended. */
export async function streamAnswer(request: Request, signal: AbortSignal, listener: Listener): Promise<void> {
  const call = api.POST('/api/jobs/create-and-call-stream', { body: request, parseAs: 'stream', signal });
  const body = await valueOf(call);
  const { headers } = (await call).response;
  listener.began(headers.get('X-Job-Id'));

  const requestId = headers.get('X-Request-Id');
  for await (const { name, data } of eventsOf(body as ReadableStream<Uint8Array>)) {
    if (data === '[DONE]') return;
    if (name === 'error') throw new Refusal(begunWell, messageOf(data), requestId);
    for (const choice of (JSON.parse(data) as Chunk).choices ?? []) {
      if (choice.delta?.content) listener.said(choice.delta.content);
    }
  }

  throw new Refusal(begunWell, 'The stream broke off before its end.', requestId);
}

/** A stream that fails on its way began well. */
const begunWell = 200;

const messageOf = (data: string) => (JSON.parse(data) as { error?: { message?: string } }).error?.message ?? 'The stream has failed.';

/** Server-sent events of an answer to a POST, which the browser's EventSource cannot make. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<{ name: string; data: string }> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = '';
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    text += piece.value;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const lines = event.split('\n');
      const data = fieldOf(lines, 'data');
      // Comments have none.
      if (data) yield { name: fieldOf(lines, 'event'), data };
    }
  }
}

const fieldOf = (lines: string[], field: string) => lines.find((line) => line.startsWith(`${field}: `))?.slice(field.length + 2) ?? '';
