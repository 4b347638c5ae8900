/** One stream a device. A minute without changes costs a few bytes: the heartbeat only keeps proxies from closing the line. */
import type { Response } from 'express';
import type { Pokes } from '../hub/pokes.ts';

const HEARTBEAT_MS = 25_000;

export interface EventStream {
  signal: AbortSignal;
  feeds: readonly string[];
  pokes: Pokes;
  /** Asked at every heartbeat and poke: a device taken out of service is cut off. */
  isWelcome: () => boolean;
  /** Counts the stream; the answer is called when it has ended. */
  opened: () => () => void;
}

export async function streamEvents(
  response: Response,
  { signal, feeds, pokes, isWelcome, opened }: EventStream,
): Promise<void> {
  response.setHeader('content-type', 'text/event-stream');
  response.setHeader('cache-control', 'no-store, no-transform');
  // nginx would hold pokes back.
  response.setHeader('x-accel-buffering', 'no');
  response.flushHeaders();
  response.write(':\n\n');
  const closed = opened();
  await new Promise<void>((resolve) => {
    const say = (text: string) => {
      if (isWelcome()) response.write(text);
      else end();
    };
    const beat = setInterval(() => {
      say(':\n\n');
    }, HEARTBEAT_MS);
    const stopListening = pokes.listen(feeds, (feed) => {
      say(`event: moved\ndata: ${feed}\n\n`);
    });
    const end = () => {
      clearInterval(beat);
      stopListening();
      signal.removeEventListener('abort', end);
      resolve();
    };
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
  closed();
  response.end();
}
