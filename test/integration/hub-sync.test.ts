import type { PackedCase } from '@sanji/sync/protocol/messages';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fold } from '@sanji/sync/domain/fold';
import { readSnapshot } from '@sanji/sync/replication/read-snapshot';
import { feedOf } from '@sanji/sync/domain/identifiers';
import { signValue } from '@sanji/sync/domain/signing';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { TestStation } from './test-station.ts';

let hub: TestHub;
let community: TestStation;
let street: TestStation;
let district: TestStation;
let matterId: string;

beforeAll(async () => {
  hub = await startTestHub();
  community = await TestStation.join(hub, 'yangxm');
  street = await TestStation.join(hub, 'puyl');
  district = await TestStation.join(hub, 'zhaom');
  matterId = community.forwardedMatter(street);
});
afterAll(() => hub.end());

test('a case received at the community is forwarded, decided, concluded by the hub, and delivered', async () => {
  const pushed = await community.received('yangxm', matterId);
  const poked = await community.nextPoke(feedOf(community.unit));
  const { status, answer } = await community.push(pushed);
  expect(status).toBe(200);
  expect(answer.results[0]).toMatchObject({ kind: 'delta', n: 3 });
  await poked.poke;
  poked.close();

  const { caseId } = pushed;
  const up = await community.sign(caseId, 'yangxm', { kind: 'forward', payload: { to: street.unit } });
  await community.push({ caseId, n: 3, actions: [up] });
  await hub.hub.container.router.poke();
  expect([...(await street.pull()).keys()]).toContain(caseId);

  const on = await street.sign(caseId, 'puyl', { kind: 'forward', payload: { to: district.unit } });
  await street.push({ caseId, n: 4, actions: [on] });
  const moved = await community.nextPoke(feedOf(community.unit));
  const yes = await district.sign(caseId, 'zhaom', { kind: 'approve', payload: {} });
  const ruled = await district.push({ caseId, n: 5, actions: [yes] });
  expect(ruled.answer.results[0]).toMatchObject({ kind: expect.stringMatching(/canonical|delta/) as string });
  await moved.poke;
  moved.close();

  // The hub's own act follows the approval; the agenda's look at the case is awaited through its effect.
  await expect.poll(async () => statusAt(community, caseId)).toBe('concluded');
  const hand = await community.sign(caseId, 'yangxm', {
    kind: 'deliver',
    payload: { method: 'window', recipient: '张三' },
  });
  await community.push({ caseId, n: 7, actions: [hand] });
  expect(await statusAt(community, caseId)).toBe('delivered');
});

async function statusAt(station: TestStation, caseId: string): Promise<string> {
  await hub.hub.container.router.poke();
  const doc = (await station.pull()).get(caseId);
  return doc === undefined || doc === 'gone' ? 'absent' : fold(doc).status;
}

test('the same push twice is ruled once', async () => {
  const pushed = await community.received('yangxm', matterId);
  await community.push(pushed);
  const again = await community.push(pushed);
  expect(again.answer.results[0]).toMatchObject({ n: 3 });
});

test('a snapshot is one gzip stream of packed cases between its head and its end', async () => {
  await community.push(await community.received('yangxm', matterId));
  await hub.hub.container.router.poke();
  const feed = feedOf(community.unit);
  const read = async () => {
    const response = await fetch(`${hub.url}/sync/snapshot?feed=${feed}`, { headers: community.headers });
    const snapshot = await readSnapshot(response.body);
    if (!snapshot.ok) throw new Error(snapshot.problem.code);
    const { head, batches } = snapshot.value;
    const rows: PackedCase[] = [];
    for await (const batch of batches) rows.push(...batch);
    return { head, rows };
  };
  const { head, rows } = await read();
  expect(head).toMatchObject({ v: 1, count: rows.length });
  const pulled = await community.pull();
  expect(Object.fromEntries(rows.map(({ caseId, body }) => [caseId, JSON.parse(body) as unknown]))).toEqual(
    Object.fromEntries(pulled),
  );
  await community.push(await community.received('yangxm', matterId));
  await hub.hub.container.router.poke();
  expect((await read()).rows).toHaveLength(rows.length + 1);
});

describe('a push that is no good gets a problem document and changes nothing', () => {
  const bad: [string, (good: unknown) => unknown][] = [
    ['not JSON', () => '{"v":1,'],
    ['not an object', () => '[]'],
    ['no cases', () => ({ v: 1, cases: [] })],
    ['another version', (good) => ({ v: 9, cases: [good] })],
    ['a case id that is none', (good) => ({ v: 1, cases: [{ ...(good as object), caseId: '../etc' }] })],
    [
      'a prototype key',
      () => '{"v":1,"cases":[{"caseId":"01kb0000000000000000000001","n":0,"actions":[{"__proto__":{}}]}]}',
    ],
    [
      'deep nesting in an action',
      () =>
        `{"v":1,"cases":[{"caseId":"01kb0000000000000000000001","n":0,"actions":[${'['.repeat(50_000)}${']'.repeat(50_000)}]}]}`,
    ],
    ['deep nesting', () => `{"v":1,"cases":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
  ];
  test.each(bad)('%s', async (_name, spoil) => {
    const good = await community.received('yangxm', matterId);
    const { status, body, headers } = await ask(hub.url, 'POST /sync/push', {
      body: spoil(good),
      headers: community.headers,
    });
    expect(status).toBe(400);
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(body).toMatchObject({ type: expect.stringMatching(/^\/problems\//) as string, status: 400 });
    const [master] = await hub.hub.container.stores.master.getMany([good.caseId]);
    expect(master).toBeUndefined();
  });

  test('too large', async () => {
    const body = `{"v":1,"cases":["${'x'.repeat(1_600_000)}"]}`;
    const answer = await ask(hub.url, 'POST /sync/push', { body, headers: community.headers });
    expect(answer).toMatchObject({ status: 413, body: { code: 'too-large' } });
  });

  test('a forged signature is refused for that case alone', async () => {
    const [good, forged] = [
      await community.received('yangxm', matterId),
      await community.received('yangxm', matterId),
    ];
    const [first, ...rest] = forged.actions;
    if (first === undefined) throw new Error('no action');
    const actions = [
      { ...first, sig: await signValue('something else', community.keys.privateKey) },
      ...rest,
    ];
    const { answer } = await community.push(good, { ...forged, actions });
    expect(answer.results).toMatchObject([
      { kind: 'delta' },
      { kind: 'refused', problem: { code: 'signature-invalid' } },
    ]);
    expect(await hub.hub.container.stores.master.getMany([forged.caseId])).toEqual([undefined]);
  });
});

test('a device pulls its own unit’s feed and the catalog, nothing else', async () => {
  for (const feed of [feedOf(street.unit), 'unit_999999999999', 'audit', 'directory', '']) {
    const answer = await ask(hub.url, `GET /sync/pull?feed=${feed}`, { headers: community.headers });
    expect(answer).toMatchObject({ status: 403, body: { code: 'out-of-scope' } });
  }
  const snapshot = await ask(hub.url, `GET /sync/snapshot?feed=${feedOf(street.unit)}`, {
    headers: community.headers,
  });
  expect(snapshot.body['code']).toBe('out-of-scope');
  const catalog = await ask(hub.url, 'GET /sync/pull?feed=catalog', { headers: community.headers });
  expect(catalog.body['items']).not.toHaveLength(0);
});

test('a checkpoint the hub did not give is a problem, not a crash', async () => {
  const query = new URLSearchParams({ feed: feedOf(community.unit), since: 'nonsense' });
  const answer = await ask(hub.url, `GET /sync/pull?${query.toString()}`, { headers: community.headers });
  expect(answer).toMatchObject({ status: 410, body: { code: 'checkpoint-unknown' } });
});

test('a session request that was seen before, or signed by another key, opens nothing', async () => {
  const claim = { deviceId: community.deviceId, at: hub.clock.now(), nonce: 'a-nonce-used-only-once' };
  const sig = await signValue(claim, community.keys.privateKey);
  const first = await ask(hub.url, 'POST /sync/session', { body: { ...claim, sig } });
  const replayed = await ask(hub.url, 'POST /sync/session', { body: { ...claim, sig } });
  const stolen = await ask(hub.url, 'POST /sync/session', {
    body: { ...claim, nonce: 'another-nonce-entirely', sig: await signValue(claim, street.keys.privateKey) },
  });
  expect(first.status).toBe(200);
  expect([replayed, stolen].map(({ body }) => body['code'])).toEqual([
    'signature-invalid',
    'signature-invalid',
  ]);
});

test('a device that was taken out of service is out at once', async () => {
  const lost = await TestStation.join(hub, 'yangxm');
  const headers = await login(hub.url, 'zhouj');
  const answer = await ask(hub.url, `POST /api/devices/${lost.deviceId}/revoke`, {
    headers,
    body: { reason: 'lost' },
  });
  expect(answer.status).toBe(204);
  expect((await lost.push(await lost.received('yangxm', matterId))).body['code']).toBe('device-revoked');
  expect((await lost.openSession()).body['code']).toBe('device-revoked');
});

test('a case nobody answered for five working days is deemed accepted', async () => {
  const pushed = await community.received('yangxm', matterId);
  const silent = { ...pushed, actions: pushed.actions.slice(0, 2) };
  await community.push(silent);
  await expect.poll(() => statusAt(community, pushed.caseId)).toBe('received');
  await hub.hub.container.agenda.tick();
  expect(await statusAt(community, pushed.caseId)).toBe('received');
  hub.clock.moveBy(10 * 24 * 3_600_000);
  await community.openSession();
  await expect
    .poll(async () => {
      await hub.hub.container.agenda.tick();
      return statusAt(community, pushed.caseId);
    })
    .toBe('accepted');
});
