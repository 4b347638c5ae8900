import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { problem } from '@sanji/sync/domain/problem';
import { answerProblem } from './problem-response.ts';
import { AT_ONCE_BYTES, readOff, walkingPace, WalkingPace } from './read-off.ts';

const BYTES_A_MS = 1_000;
let now = 0;
/** Nothing is due before the time is there, and it goes by at once. */
const time = {
  now: () => now,
  after: (ms: number, task: () => void) => {
    const due = now + ms;
    setImmediate(() => {
      now = Math.max(now, due);
      task();
    });
    return () => undefined;
  },
};
const app = express();
app.use(walkingPace(new WalkingPace(BYTES_A_MS, time)));
app.post('/slowly', async (request, response) => {
  response.json({ isThrough: await readOff(response), isComplete: request.complete });
});
app.post('/refused', (_request, response) => {
  answerProblem(response, problem('forbidden'));
});
const server = createServer(app);
beforeAll(() => once(server.listen(0), 'listening'));
afterAll(() => server.close());

async function send(path: string, bytes: number) {
  const address = server.address();
  const port = String(typeof address === 'object' ? address?.port : '');
  const answer = await fetch(`http://localhost:${port}${path}`, {
    method: 'POST',
    body: new Uint8Array(bytes),
  });
  return (await answer.json()) as Record<string, unknown>;
}

it('takes what is short at once', async () => {
  const beganAt = now;
  expect(await send('/slowly', AT_ONCE_BYTES)).toEqual({ isThrough: true, isComplete: true });
  expect(now).toBe(beganAt);
});

it('takes what is long at a walking pace, to its end', async () => {
  const bytes = 2_000_000;
  const beganAt = now;
  expect(await send('/slowly', bytes)).toEqual({ isThrough: true, isComplete: true });
  expect(now - beganAt).toBeGreaterThan((bytes - 2 * AT_ONCE_BYTES) / BYTES_A_MS);
  expect(now - beganAt).toBeLessThan(bytes / BYTES_A_MS);
});

it('takes several lines together no faster than one', async () => {
  const bytes = 1_000_000;
  const beganAt = now;
  await Promise.all(Array.from({ length: 5 }, () => send('/slowly', bytes)));
  expect(now - beganAt).toBeGreaterThan((5 * (bytes - 2 * AT_ONCE_BYTES)) / BYTES_A_MS);
});

it('lets who is refused hear why, however much is still to come', async () => {
  expect(await send('/refused', 300_000)).toMatchObject({ code: 'forbidden' });
});
