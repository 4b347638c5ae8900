import { beforeEach, expect, test } from 'vitest';
import type { CaseDocument } from '@sanji/sync/domain/action';
import { feedOf } from '@sanji/sync/domain/identifiers';
import type { BundleAsk } from '@sanji/sync/protocol/bundle';
import { isCutShort, type AnswerContent } from '@sanji/sync/protocol/bundle-content';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import type { HubPort } from '@sanji/sync/replication/ports';
import { pushedOf } from '@sanji/sync/replication/push-dirty';
import { hearAnswer } from '@sanji/sync/replication/recorded-hub';
import { recordAnswer, type Outcome } from '@sanji/sync/replication/record-answer';
import { DISTRICT, STREET, WENLIN } from '../simulation/district.ts';
import type { Station } from '../simulation/station.ts';
import { CASE, OTHER, Rig, THIRD, bent, offline } from './rig.ts';

let rig: Rig;
let wenlin: Station;
let street: Station;
let hasLine: boolean;

beforeEach(() => {
  rig = new Rig();
  hasLine = true;
  const cut = () => (hasLine ? undefined : Promise.resolve(offline));
  wenlin = rig.station('wenlin1', bent({ push: cut, pull: cut, snapshot: cut, giveBack: cut }));
  street = rig.station('street1');
});

interface Written {
  cases: PushedCase[];
  strays: PushedCase[];
  asks: BundleAsk;
}

/** What the station would put on the stick. */
async function write({ local }: Station): Promise<Written> {
  const docs = [...local.rows.values()].flatMap((row) => (row.kind === 'case' ? [row.doc] : []));
  return {
    cases: docs.map(pushedOf).filter(({ actions }) => actions.length > 0),
    strays: [...local.strays.values()].map(({ caseId, action }) => ({ caseId, n: 0, actions: [action] })),
    asks: {
      cases: await local.checkpoint(feedOf(WENLIN)),
      catalog: await local.checkpoint('catalog'),
    },
  };
}

/** What the hub says to it, however it got there. */
async function carry(
  written: Written,
  hub: Pick<HubPort, 'push' | 'pull'> = rig.hub(WENLIN),
): Promise<{ content: AnswerContent; outcome: Outcome }> {
  const now = { hubNow: rig.clock.now(), epoch: rig.memory.epoch };
  const recorded = await recordAnswer(hub, { unit: WENLIN, ...written }, now);
  if (!recorded.ok) throw new Error(recorded.problem.code);
  await rig.router.poke();
  return recorded.value;
}

const hear = (station: Station, content: AnswerContent) =>
  hearAnswer(
    { local: station.local, clock: rig.clock, deviceId: station.device.deviceId, unit: WENLIN },
    content,
  );
const canonical = (caseId: string): CaseDocument => {
  const { _id, n, actions, rulings } = rig.masterOf(caseId);
  return { _id, n, actions, rulings };
};

test('a day without a line goes to the hub on a stick, and its answer comes back on one', async () => {
  await rig.settle(wenlin, street);
  hasLine = false;
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await wenlin.receive(OTHER);
  const first = await write(wenlin);
  const { outcome } = await carry(first);
  expect(outcome).toEqual({ accepted: 7, rejected: 0, refused: 0 });
  await rig.settle(street);
  await street.act(CASE, { kind: 'forward', payload: { to: DISTRICT } });
  await rig.settle(street);

  const { content } = await carry(first);
  expect(await hear(wenlin, content)).toBeUndefined();
  expect(wenlin.find(CASE)).toEqual(canonical(CASE));
  expect(wenlin.find(OTHER)).toEqual(canonical(OTHER));
  expect(await wenlin.local.dirty(10)).toEqual([]);
  expect(isCutShort(content)).toBe(false);
});

test('imported twice, here and there, each action is ruled once; heard twice, nothing moves', async () => {
  hasLine = false;
  await wenlin.receive(CASE);
  const written = await write(wenlin);
  const { content } = await carry(written);
  const before = canonical(CASE);
  expect((await carry(written)).outcome).toEqual({ accepted: 3, rejected: 0, refused: 0 });
  expect(canonical(CASE)).toEqual(before);
  await hear(wenlin, content);
  const rows = structuredClone([...wenlin.local.rows]);
  await hear(wenlin, content);
  expect([...wenlin.local.rows]).toEqual(rows);
});

test('after the line has come back the same work is pushed without a second ruling', async () => {
  hasLine = false;
  await wenlin.receive(CASE);
  await carry(await write(wenlin));
  hasLine = true;
  await rig.settle(wenlin);
  expect(wenlin.find(CASE)).toEqual(canonical(CASE));
  expect(rig.masterOf(CASE).n).toBe(3);
});

test('an answer says nothing of what was done after the bundle was made', async () => {
  hasLine = false;
  await wenlin.receive(CASE);
  const written = await write(wenlin);
  await wenlin.act(CASE, { kind: 'note', payload: { text: 'later' } });
  const { content } = await carry(written);
  await hear(wenlin, content);
  expect((await wenlin.local.dirty(10)).map(({ _id }) => _id)).toEqual([CASE]);
  hasLine = true;
  await rig.settle(wenlin);
  expect(Object.values(rig.masterOf(CASE).actions).map(({ body }) => body.kind)).toContain('note');
});

/** The street's case went up and is sent down past it: the street is no party any more. */
async function leavesTheStreet(unsent: string): Promise<void> {
  const district = rig.station('district1');
  await wenlin.receive(CASE);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await rig.settle(wenlin, street);
  await street.act(CASE, { kind: 'forward', payload: { to: DISTRICT } });
  await rig.settle(street, district);
  await district.act(CASE, { kind: 'returnDown', payload: { to: WENLIN, reason: '材料不清' } });
  await street.act(CASE, { kind: 'note', payload: { text: unsent } });
  await rig.settle(district);
}

test('work on a case that left the unit meanwhile is in the log of the unit that holds it, with the reason, and in the tray of who did it', async () => {
  await leavesTheStreet('申请人已来电补充说明。');
  await rig.settle(street, wenlin);
  const [stray] = street.local.strays.values();
  expect(stray).toMatchObject({
    caseId: CASE,
    action: { body: { kind: 'note', payload: { text: '申请人已来电补充说明。' } } },
    problem: { code: 'not-a-party' },
    caseNo: '001013-261123-A1-0001',
  });
  expect(street.find(CASE)).toBeUndefined();
  const held = wenlin.find(CASE);
  const note = Object.values(held?.actions ?? {}).find(({ body }) => body.kind === 'note');
  expect(note?.body.payload).toEqual({ text: '申请人已来电补充说明。' });
  expect(held?.rulings[note?.body.id ?? '']).toMatchObject({
    verdict: 'rejected',
    problem: { code: 'not-a-party', params: { unit: STREET } },
    seq: stray?.seq,
  });
});

/** What the hub says to the street's copy of the case. */
async function saidToStreet(): Promise<AnswerContent> {
  const asks = { cases: await street.local.checkpoint(feedOf(STREET)), catalog: null };
  const doc = street.find(CASE);
  if (doc === undefined) throw new Error('the street has no such case');
  const recorded = await recordAnswer(
    rig.hub(STREET),
    { unit: STREET, cases: [pushedOf(doc)], strays: [], asks },
    { hubNow: 0, epoch: rig.memory.epoch },
  );
  if (!recorded.ok) throw new Error('not recorded');
  return recorded.value.content;
}
const hearAtStreet = (content: AnswerContent) => {
  const { local, device } = street;
  return hearAnswer({ local, clock: rig.clock, deviceId: device.deviceId, unit: STREET }, content);
};
const notes = (): unknown[] =>
  Object.values(rig.masterOf(CASE).actions).flatMap(({ body }) =>
    body.kind === 'note' ? [body.payload.text] : [],
  );

test('a gone marker in an answer buries what was offered and keeps the words', async () => {
  await leavesTheStreet('到街道时申请人在场。');
  expect(await hearAtStreet(await saidToStreet())).toBeUndefined();
  expect(await street.local.read(CASE)).toMatchObject({ kind: 'tombstone' });
  expect([...street.local.strays.values()].map(({ action }) => action.body.payload)).toEqual([
    { text: '到街道时申请人在场。' },
  ]);
});

test('a case that left is not buried while it holds words that the hub has not seen', async () => {
  await leavesTheStreet('first');
  const content = await saidToStreet();
  await street.act(CASE, { kind: 'note', payload: { text: 'second' } });
  await hearAtStreet(content);
  expect(street.find(CASE)).toBeDefined();
  expect(notes()).toEqual(['first']);
  await rig.settle(street);
  expect(notes().sort()).toEqual(['first', 'second']);
  expect(street.find(CASE)).toBeUndefined();
  expect([...street.local.strays.values()].map(({ problem }) => problem?.code)).toEqual([
    'not-a-party',
    'not-a-party',
  ]);
});

test('strays are ruled with the rest, and an answer to them is not needed', async () => {
  hasLine = false;
  await wenlin.receive(CASE);
  const doc = wenlin.find(CASE);
  const actions = Object.values(doc?.actions ?? {});
  const strays = actions.map((action) => ({ caseId: CASE, n: 0, actions: [action] }));
  const { outcome, content } = await carry({ ...(await write(wenlin)), cases: [], strays });
  expect(outcome).toEqual({ accepted: 3, rejected: 0, refused: 0 });
  expect(content.results).toEqual([]);
});

test('an answer that is late, since the line was there in between, takes nothing back', async () => {
  hasLine = false;
  await wenlin.receive(CASE);
  const { content } = await carry(await write(wenlin));
  hasLine = true;
  await rig.settle(wenlin);
  await wenlin.act(CASE, { kind: 'forward', payload: { to: STREET } });
  await rig.settle(wenlin, street);
  const checkpoint = await wenlin.local.checkpoint(feedOf(WENLIN));
  const rows = structuredClone([...wenlin.local.rows]);
  expect(await hear(wenlin, content)).toBeUndefined();
  expect([...wenlin.local.rows]).toEqual(rows);
  expect(await wenlin.local.checkpoint(feedOf(WENLIN))).toBe(checkpoint);
});

test('an answer that is cut short is gone on with by the next', async () => {
  hasLine = false;
  for (const id of [CASE, OTHER, THIRD]) await wenlin.receive(id);
  const empty = rig.station('wenlin2');
  await carry(await write(wenlin));
  const hub = rig.hub(WENLIN);
  const narrow = { ...hub, pull: (ask: Parameters<HubPort['pull']>[0]) => hub.pull({ ...ask, limit: 2 }) };
  const first = await carry(await write(empty), narrow);
  const pulls = first.content.pulls.slice(0, -1);
  const short = { ...first.content, pulls };
  expect([isCutShort(first.content), isCutShort(short)]).toEqual([false, true]);
  await hear(empty, short);
  expect(empty.local.rows.size).toBe(2);
  await hear(empty, (await carry(await write(empty), narrow)).content);
  expect(empty.local.rows.size).toBe(3);
});

test('a hub that was put back from a backup is come to terms with on a stick, and nothing it forgot is lost', async () => {
  await rig.settle(wenlin);
  const restore = rig.backup();
  await wenlin.receive(CASE);
  await rig.settle(wenlin);
  hasLine = false;
  restore();
  rig.finishRestore();
  const first = await carry(await write(wenlin));
  expect(await hear(wenlin, first.content)).toBeUndefined();
  expect(await wenlin.local.epoch()).toEqual(rig.memory.epoch);
  const second = await carry(await write(wenlin));
  expect(second.outcome).toEqual({ accepted: 3, rejected: 0, refused: 0 });
  expect(await hear(wenlin, second.content)).toBeUndefined();
  expect(wenlin.find(CASE)?.rulings).toEqual(rig.masterOf(CASE).rulings);
  expect(await wenlin.local.dirty(10)).toEqual([]);
});

test('an answer of a hub that is behind is not believed', async () => {
  await rig.settle(wenlin);
  const { epoch } = rig.memory;
  rig.finishRestore();
  await rig.settle(wenlin);
  hasLine = false;
  await wenlin.receive(CASE);
  const { content } = await carry(await write(wenlin));
  const rows = structuredClone([...wenlin.local.rows]);
  expect(await hear(wenlin, { ...content, epoch })).toEqual({ code: 'hub-behind' });
  expect([...wenlin.local.rows]).toEqual(rows);
});
