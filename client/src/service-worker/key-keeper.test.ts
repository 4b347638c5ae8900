import { expect, it, vi } from 'vitest';
import { keepKey, type KeepKey, type ReleaseKey, type TakeKey } from './key-keeper.ts';

vi.useFakeTimers();
const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);

/** What the worker answers to a page, in order. */
function tell(data: KeepKey | TakeKey | ReleaseKey): unknown[] {
  const answers: unknown[] = [];
  const port = { postMessage: (answer: unknown) => answers.push(answer) };
  const event = { data, ports: [port], waitUntil: () => undefined };
  expect(keepKey(event as unknown as ExtendableMessageEvent)).toBe(true);
  return answers;
}

it('gives the key to whoever has the ticket, and to nobody else', () => {
  tell({ type: 'KEEP_KEY', ticket: 'one', kept: { key } });
  expect(tell({ type: 'TAKE_KEY', ticket: 'other' })).toEqual([null]);
  expect(tell({ type: 'TAKE_KEY', ticket: 'one' })).toEqual([{ key }]);
});

it('gives it again to the next page, when the one that asked was loaded again before it had the answer', () => {
  tell({ type: 'KEEP_KEY', ticket: 'twice', kept: { key } });
  tell({ type: 'TAKE_KEY', ticket: 'twice' });
  expect(tell({ type: 'TAKE_KEY', ticket: 'twice' })).toEqual([{ key }]);
});

it('forgets it as soon as a page has it, and in any case within seconds', () => {
  tell({ type: 'KEEP_KEY', ticket: 'had', kept: { key } });
  tell({ type: 'KEEP_KEY', ticket: 'left', kept: { key } });
  tell({ type: 'RELEASE_KEY', ticket: 'had' });
  expect(tell({ type: 'TAKE_KEY', ticket: 'had' })).toEqual([null]);
  vi.advanceTimersByTime(20_000);
  expect(tell({ type: 'TAKE_KEY', ticket: 'left' })).toEqual([null]);
});
