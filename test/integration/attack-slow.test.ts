/** Who speaks slowly, or does not listen, is cut off; nobody else notices. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

const CROWD = 150;
/** Short, so that the test need not wait as long as a hub does; a login of the test’s own on a busy machine is quicker still. */
const PATIENCE = {
  headersMs: 400,
  bodyMs: 400,
  idleMs: 3_000,
  checkMs: 100,
  refusalMs: 0,
  refusedBytesAMs: Infinity,
};

let hub: TestHub;
let station: TestStation;
beforeAll(async () => {
  hub = await startTestHub({}, { patience: PATIENCE });
  station = await TestStation.join(hub, 'yangxm');
});
afterAll(() => hub.end());

/** Says `first` at once, and then one byte at a time for as long as it is let. What is in the list resolves when it is cut off. */
async function dribble(first: string, rest: string, isListening = true): Promise<Promise<void>[]> {
  const socket = connect(Number(new URL(hub.url).port), 'localhost');
  await once(socket, 'connect');
  const cut = new Promise<void>((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined);
  if (isListening) socket.resume();
  socket.write(first);
  let at = 0;
  const drip = setInterval(() => socket.write(rest.charAt(at++ % rest.length)), 40);
  socket.once('close', () => {
    clearInterval(drip);
  });
  return [cut];
}

const push = (headers: string) =>
  `POST /sync/push HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}`;
const login = 'POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';

describe.each<[string, () => Promise<Promise<void>[]>]>([
  ['says nothing', () => dribble('', '')],
  ['dribbles its first line', () => dribble('GET /', 'a')],
  ['dribbles its headers', () => dribble('GET / HTTP/1.1\r\nhost: x\r\n', 'x-a: b\r\n')],
  ['dribbles a body that anybody may send', () => dribble(`${login}content-length: 60000\r\n\r\n{"`, 'a')],
  ['dribbles a body in pieces', () => dribble(`${login}transfer-encoding: chunked\r\n\r\n`, '1\r\na\r\n')],
  [
    'dribbles a push of a terminal',
    () =>
      dribble(
        push(`authorization: Bearer ${station.token}\r\ncontent-length: 1000000\r\n\r\n{"v":1,"cases":[`),
        ' ',
      ),
  ],
])('a caller who %s', (_name, start) => {
  test('is cut off, and the others are served meanwhile', async () => {
    const crowd = await Promise.all(Array.from({ length: CROWD }, start));
    const { answer } = await station.push(await station.received('yangxm', station.forwardedMatter(station)));
    expect(answer.results[0]?.kind).toBe('delta');
    await Promise.all(crowd.flat());
  });
});

test('a caller who does not read is cut off', async () => {
  const request = `GET /sync/pull?feed=catalog HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${station.token}\r\n\r\n`;
  await Promise.all(await dribble(request.repeat(200), request, false));
});

test('nothing went wrong inside', async () => {
  expect(await (await fetch(`${hub.url}/metrics`)).text()).toMatch(/^faults_total 0$/m);
  expect((await ask(hub.url, 'GET /healthz')).status).toBe(200);
});
