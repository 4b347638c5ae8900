import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import express from 'express';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { problem } from '@sanji/sync/domain/problem';
import { faultReporter } from '../log.ts';
import { Metrics } from '../metrics.ts';
import { answerProblem } from './problem-response.ts';
import { logRequest } from './request-log.ts';

const written: string[] = [];
const stdout = new Writable({
  write(chunk: Buffer, _encoding, done) {
    written.push(...chunk.toString().trim().split('\n'));
    done();
  },
});
const log = pino({ level: 'info' }, stdout);
const metrics = new Metrics(true);
const app = express()
  .use(logRequest(log, metrics))
  .use((request, response) => {
    response.locals['route'] = 'GET /api/audit';
    const code = request.path.slice(1);
    if (code === 'forbidden' || code === 'login-required' || code === 'not-found')
      answerProblem(response, problem(code));
    else response.json({});
  });
let server: Server;

beforeAll(async () => {
  server = app.listen(0);
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
});
beforeEach(() => {
  written.length = 0;
});

const lines = () => written.map((line) => JSON.parse(line) as Record<string, unknown>);

async function asked(path: string): Promise<void> {
  const url = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  const answer = await fetch(`${url}/${path}?text=张三`, { headers: { cookie: 'sanji_session=secret' } });
  await answer.text();
}

test('who is turned away is written down with route and reason, on one line of JSON', async () => {
  await asked('forbidden');
  await asked('login-required');
  await expect.poll(() => written.length).toBe(2);
  expect(lines()).toMatchObject([
    { route: 'GET /api/audit', status: 403, code: 'forbidden', msg: 'turned away' },
    { route: 'GET /api/audit', status: 401, code: 'login-required', msg: 'turned away' },
  ]);
});

test('neither what was asked, nor with what, nor from where', async () => {
  await asked('forbidden');
  await expect.poll(() => written.length).toBe(1);
  for (const told of ['张三', encodeURIComponent('张三'), 'secret', '127.0.0.1', '::1'])
    expect(written.join()).not.toContain(told);
});

test('good answers, and mistakes, are not worth a line in ordinary operation', async () => {
  await asked('good');
  await asked('not-found');
  await asked('forbidden');
  await expect.poll(() => written.length).toBe(1);
});

test('what must not happen is written down once, under the reference that the answer names', () => {
  const reference = faultReporter(log, metrics)(new Error('outer', { cause: new Error('inner') }));
  expect(reference).toMatch(/^[0-9a-f]{8}$/);
  expect(lines()).toMatchObject([
    { reference, msg: 'fault', fault: { message: 'outer', cause: { message: 'inner' } } },
  ]);
});

test('what was typed cannot begin a line of its own', () => {
  faultReporter(log, metrics)(new Error('first\n{"level":60,"msg":"forged"}'));
  expect(written).toHaveLength(1);
});
