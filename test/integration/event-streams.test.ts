/** Event streams of one terminal are counted, at the hub and at a street relay: no terminal holds lines without end, and none is kept out by its own. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { STREAMS_A_DEVICE, STREAMS_OPENED_A_MINUTE } from '@sanji/server/resources/sync';
import { ask, startTestHub, type TestHub } from './running-hub.ts';
import { startTestRelay, type TestRelay } from './running-relay.ts';
import { TestStation } from './test-station.ts';

let hub: TestHub;
let relay: TestRelay;
beforeAll(async () => {
  hub = await startTestHub();
  relay = await startTestRelay(hub, '530102001000');
});
afterAll(async () => {
  await relay.end();
  await hub.end();
});

interface Stream {
  read: () => Promise<string>;
  /** Resolves when the other side has ended it. */
  ended: Promise<void>;
  close: () => void;
}

/** Resolves when the server has said its first word: the stream is among those that are told of changes. */
async function listen(url: string, station: TestStation): Promise<Stream> {
  const hungUp = new AbortController();
  const answer = await fetch(`${url}/sync/events`, { headers: station.headers, signal: hungUp.signal });
  expect(answer.status).toBe(200);
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error('the stream has no body');
  await reader.read();
  let said = '';
  const told: ((text: string) => void)[] = [];
  const ended = (async () => {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) return;
      said += value ?? '';
      for (const tell of told.splice(0)) tell(said);
    }
  })();
  return {
    read: () => (said === '' ? new Promise((resolve) => told.push(resolve)) : Promise.resolve(said)),
    ended,
    close: () => {
      hungUp.abort();
    },
  };
}

const openStreams = async (url: string): Promise<number> =>
  Number(/^event_streams (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]);

describe.each([
  ['hub', () => hub],
  ['street relay', () => relay.asHub],
])('at a %s', (_name, server) => {
  test('the oldest stream of a terminal ends for its newest; others keep theirs, and the newest are told of changes', async () => {
    const { url } = server();
    const mine = await TestStation.join(hub, 'yangxm');
    const neighbour = await TestStation.join(hub, 'yangxm');
    for (const station of [mine, neighbour]) {
      station.hub = server();
      await expect.poll(() => station.openSession()).toMatchObject({ status: 200 });
    }
    const before = await openStreams(url);
    const kept = await listen(url, neighbour);
    const streams: Stream[] = [];
    for (let i = 0; i < STREAMS_A_DEVICE + 2; i++) streams.push(await listen(url, mine));
    await Promise.all(streams.slice(0, 2).map(({ ended }) => ended));
    expect(await openStreams(url)).toBe(before + 1 + STREAMS_A_DEVICE);
    await mine.push(await mine.received('yangxm', mine.forwardedMatter(mine)));
    for (const stream of [kept, ...streams.slice(2)])
      expect(await stream.read()).toContain('event: moved\ndata: unit_530102001013\n\n');
    for (const stream of [kept, ...streams]) stream.close();
    await expect.poll(() => openStreams(url)).toBe(before);
  });

  test('a terminal that opens one after the other is told to wait, and keeps those that it has', async () => {
    const { url } = server();
    const station = await TestStation.join(hub, 'yangxm');
    station.hub = server();
    await expect.poll(() => station.openSession()).toMatchObject({ status: 200 });
    const before = await openStreams(url);
    const streams: Stream[] = [];
    for (let i = 0; i < STREAMS_OPENED_A_MINUTE; i++) streams.push(await listen(url, station));
    expect(await ask(url, 'GET /sync/events', { headers: station.headers })).toMatchObject({
      status: 429,
      body: { code: 'rate-limited', params: { retryAfterS: 60 } },
    });
    expect(await openStreams(url)).toBe(before + STREAMS_A_DEVICE);
    for (const stream of streams) stream.close();
    await expect.poll(() => openStreams(url)).toBe(before);
  });
});
