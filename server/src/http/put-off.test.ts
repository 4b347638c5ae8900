import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import { describe, expect, it } from 'vitest';
import { problem } from '@sanji/sync/domain/problem';
import { answerProblem } from './problem-response.ts';
import { FREE_REFUSALS, putOffRefusals, Refusals } from './put-off.ts';

const LONGEST_MS = 1_000;

function waits(times: number, refusals: Refusals, address = 'somebody'): number[] {
  return Array.from({ length: times }, () => refusals.add(address));
}

describe('refusals of one address', () => {
  it('are answered at once as long as a person may have mistyped', () => {
    expect(Math.max(...waits(FREE_REFUSALS, new Refusals(LONGEST_MS, { now: () => 0 })))).toBe(0);
  });

  it('are held back longer and longer, but not for ever', () => {
    const later = waits(200, new Refusals(LONGEST_MS, { now: () => 0 })).slice(FREE_REFUSALS);
    expect(later.slice(0, 3)).toEqual([100, 200, 300]);
    expect(later.at(-1)).toBe(LONGEST_MS);
  });

  it('are forgotten within a minute', () => {
    let now = 0;
    const refusals = new Refusals(LONGEST_MS, { now: () => now });
    waits(10_000, refusals);
    now += 60_000;
    expect(refusals.add('somebody')).toBe(0);
  });

  it('are nobody else’s', () => {
    const refusals = new Refusals(LONGEST_MS, { now: () => 0 });
    waits(200, refusals);
    expect(refusals.add('a neighbour')).toBe(0);
  });
});

it('a flood of addresses takes no more memory, and does not free who still tries', () => {
  const refusals = new Refusals(LONGEST_MS, { now: () => 0 });
  waits(200, refusals);
  for (let i = 0; i < 15_000; i++) {
    refusals.add(`flood ${String(i)}`);
    if (i % 1_000 === 0) refusals.add('somebody');
  }
  expect(refusals.add('somebody')).toBe(LONGEST_MS);
});

it('at the edge only refusals wait: good answers come at once to whoever tries meanwhile', async () => {
  const app = express();
  app.use(putOffRefusals(60_000));
  app.get('/yes', (_request, response) => void response.send('yes'));
  const arrivals = new EventTarget();
  let arrived = 0;
  app.get('/no', (_request, response) => {
    arrived += 1;
    if (arrived === FREE_REFUSALS + 60) arrivals.dispatchEvent(new Event('all'));
    answerProblem(response, problem('forbidden'));
  });
  const server = createServer(app).listen(0);
  await once(server, 'listening');
  const address = server.address();
  const url = `http://localhost:${String(typeof address === 'object' ? address?.port : '')}`;
  const leave = new AbortController();
  let refused = 0;
  const knock = async (): Promise<void> => {
    const { status } = await fetch(`${url}/no`, { signal: leave.signal });
    if (status === 403) refused += 1;
  };
  for (let i = 0; i < FREE_REFUSALS; i++) await knock();
  expect(refused).toBe(FREE_REFUSALS);
  const all = once(arrivals, 'all');
  const waiting = Promise.allSettled(Array.from({ length: 60 }, knock));
  await all;
  for (let i = 0; i < 5; i++) expect(await (await fetch(`${url}/yes`)).text()).toBe('yes');
  expect(refused).toBeLessThan(FREE_REFUSALS + 60);
  leave.abort();
  await waiting;
  server.close();
});
