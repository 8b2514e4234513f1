/** One event of a stream: its name, and its data as JSON. */
export type ServerSentEvent = { type: string; data: unknown };

/** Reads a stream of events as they come. `EventSource` would, but it sends no Authorization header. */
export async function* serverSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (true) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parse(block);
      if (event) yield event;
    }
  }
}

/** Comments, which keep the connection open, are no events. */
function parse(block: string): ServerSentEvent | undefined {
  const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
  const [type, data] = [fields.get('event'), fields.get('data')];
  return type && data ? { type, data: JSON.parse(data) } : undefined;
}
