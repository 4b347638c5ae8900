/** The event stream: pokes that a feed has moved. Carries no data; every connect asks for a pull and a push (rule 11). */
import type { DeviceSession } from './device-session.ts';
import { ask } from './http.ts';

export interface EventHandlers {
  connected(): void;
  moved(feed: string): void;
}

/** Resolves when the stream has ended, for whatever reason; the caller decides when to connect again. */
export async function listen(session: DeviceSession, handlers: EventHandlers): Promise<void> {
  const token = await session.token();
  if (!token.ok) return;
  // Lives as long as the line: the ordinary time limit of a request does not apply.
  const { signal } = new AbortController();
  const answer = await ask({ path: '/sync/events', token: token.value, accept: 'text/event-stream', signal });
  if (!answer.ok) {
    if (answer.problem.code === 'login-required') session.forget();
    return;
  }
  if (answer.value.body === null) return;
  handlers.connected();
  const reader = answer.value.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const messages = (rest + value.replaceAll('\r\n', '\n')).split('\n\n');
      rest = messages.pop() ?? '';
      for (const message of messages) {
        const feed = feedOf(message);
        if (feed !== undefined) handlers.moved(feed);
      }
    }
  } catch {
    // A cut line ends the stream like any other end.
  }
}

function feedOf(message: string): string | undefined {
  const lines = message.split('\n');
  if (!lines.includes('event: moved')) return undefined;
  return lines
    .find((line) => line.startsWith('data: '))
    ?.slice('data: '.length)
    .replace(/^\{.*"feed":"([^"]+)".*\}$/, '$1')
    .replaceAll('"', '');
}
