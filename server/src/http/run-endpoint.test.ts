import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { answered, forAnyone } from './endpoint.ts';
import { Order } from './order.ts';
import { runEndpoint, type RunDeps } from './run-endpoint.ts';

const arrivals = new EventTarget();
let release = (): void => undefined;
const released = new Promise<void>((resolve) => {
  release = resolve;
});
let handled = 0;
/** One served, ten waiting. */
const SHARE = 11;
/** Of those that anybody may send something long to. */
const endpoint = forAnyone({
  name: 'POST /sync/handover',
  summary: '',
  body: z.object({}),
  maxBytes: 100_000,
  async handle() {
    handled += 1;
    arrivals.dispatchEvent(new Event('handled'));
    await released;
    return answered({});
  },
});
const app = express();
// Nobody is asked who it is at a route for anybody.
const deps = { order: new Order(), stopping: new AbortController().signal } as unknown as RunDeps;
app.post('/sync/handover', runEndpoint(deps, endpoint));
const server = createServer(app);
beforeAll(() => once(server.listen(0), 'listening'));
afterAll(() => server.close());

test('who asks for more at once than its share is told when to come back, and the rest is served in order', async () => {
  const address = server.address();
  const url = `http://localhost:${String(typeof address === 'object' ? address?.port : '')}/sync/handover`;
  const send = () =>
    fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
  const first = once(arrivals, 'handled');
  const asked = Array.from({ length: 20 }, send);
  await first;
  const refused: Response[] = [];
  await new Promise<void>((resolve) => {
    for (const answer of asked)
      void answer.then((each) => {
        if (refused.push(each) === 20 - SHARE) resolve();
      });
  });
  for (const { status, headers } of refused) expect([status, headers.get('retry-after')]).toEqual([429, '1']);
  expect(await refused[0]?.json()).toMatchObject({ code: 'rate-limited', retry: 'backoff' });
  expect(handled).toBe(1);
  release();
  const statuses = (await Promise.all(asked)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(SHARE);
  expect(handled).toBe(SHARE);
});
