import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { isWithin, readBody } from './read-body.ts';

const MAX_BYTES = 1_000;
const JSON_BODY = { 'content-type': 'application/json' };
const app = express();
app.post('/json', async (asked, response) => {
  response.json(await readBody(asked, { type: 'json', maxBytes: MAX_BYTES }));
});
app.post('/text', async (asked, response) => {
  response.json(await readBody(asked, { type: 'text', maxBytes: MAX_BYTES }));
});
const server = createServer(app);
beforeAll(() => once(server.listen(0), 'listening'));
afterAll(() => server.close());

function port(): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function sent(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  path = '/json',
) {
  const answer = await fetch(`http://localhost:${String(port())}${path}`, {
    method: 'POST',
    body,
    headers: { ...JSON_BODY, ...headers },
  });
  return (await answer.json()) as { ok: boolean; value?: unknown; problem?: { code: string } };
}

describe('a body', () => {
  it('is read as it was sent', async () => {
    expect(await sent('{"a":["é\\"[",1]}')).toEqual({ ok: true, value: { a: ['é"[', 1] } });
    expect(await sent('three lines', { 'content-type': 'text/plain' }, '/text')).toEqual({
      ok: true,
      value: 'three lines',
    });
    expect(await sent('{}', { 'content-type': 'application/json; charset=UTF-8' })).toMatchObject({
      ok: true,
    });
  });

  it('of another type is none', async () => {
    expect(await sent('{"a":1}', { 'content-type': 'text/plain' })).toEqual({ ok: true });
  });

  it.each<[string, string | Uint8Array<ArrayBuffer>, Record<string, string>]>([
    ['packed', gzipSync('{}'), { 'content-encoding': 'gzip' }],
    ['in another alphabet', '{}', { 'content-type': 'application/json; charset=utf-16' }],
    ['with bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), {}],
    ['broken off', '{"a":', {}],
    ['that is only a number', '1', {}],
    ['deeper than any form', '['.repeat(400) + ']'.repeat(400), {}],
    ['of nothing but commas', `[${'1,'.repeat(400)}1]`, {}],
  ])('%s is refused', async (_name, body, headers) => {
    expect(await sent(body, headers)).toMatchObject({ ok: false, problem: { code: 'malformed' } });
  });

  it('too long is refused, also when its length was not said before', async () => {
    const long = `"${'x'.repeat(MAX_BYTES)}"`;
    expect(await sent(long)).toMatchObject({ problem: { code: 'too-large' } });
    const asked = request({ port: port(), path: '/json', method: 'POST', headers: JSON_BODY });
    asked.write('"');
    asked.end(long);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    expect(await text(answer)).toContain('too-large');
  });
});

test('a body that is said to be too long is refused before a byte of it has come', async () => {
  const socket = connect(port(), 'localhost');
  socket.write(
    'POST /json HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 10000000\r\n\r\n',
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toContain('too-large');
  socket.destroy();
});

describe('a glance at JSON', () => {
  it('counts what it holds, and nothing inside of texts', () => {
    const within = (value: unknown, maxValues: number, maxDepth?: number) =>
      isWithin(Buffer.from(JSON.stringify(value)), maxValues, maxDepth);
    expect(within(['[{,,,"', '\\', '\\"[[['], 3)).toBe(true);
    expect(within(['[{,,,"', '\\', '\\"[[['], 2)).toBe(false);
    expect(within([[[1]]], 10, 3)).toBe(true);
    expect(within([[[[1]]]], 10, 3)).toBe(false);
    expect(within({ a: [], b: [], c: [] }, 10, 2)).toBe(true);
  });

  it('of a text without an end comes to its own', () => {
    expect(isWithin(Buffer.from('{"a'), 10)).toBe(true);
    expect(isWithin(Buffer.from('{"a\\"'), 10)).toBe(true);
  });
});
