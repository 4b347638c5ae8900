import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, expect, it, vi } from 'vitest';
import { costLimit, GUESSABLE } from './limits.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('slows down who guesses a password or a code, but not stations that come back all at once', () => {
  expect([...GUESSABLE].sort()).toEqual([
    'POST /api/devices/enrol',
    'POST /api/session',
    'POST /api/session/factor',
  ]);
});

it('refuses nobody for years when the machine’s clock was ahead and is put right', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2031-01-01') });
  let at = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => at);
  const server = express()
    .use(costLimit(), (_request, response) => response.json({}))
    .listen(0);
  await once(server, 'listening');
  const url = `http://localhost:${String((server.address() as AddressInfo).port)}/`;
  const status = async () => (await fetch(url)).status;
  while ((await status()) === 200);
  vi.setSystemTime(Date.parse('2026-11-23'));
  expect(await status()).toBe(429);
  at = 60_000;
  expect(await status()).toBe(200);
  server.close();
});
