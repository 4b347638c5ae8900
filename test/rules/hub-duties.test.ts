/** What falls to the hub by itself: when it is time, never before, and through the same judge as everybody's actions. */
import { expect, test } from 'vitest';
import type { ActionKind } from '@sanji/sync/domain/action';
import { catalogIdOf } from '@sanji/sync/domain/catalog-index';
import type { Settings } from '@sanji/sync/domain/catalog';
import { fold } from '@sanji/sync/domain/fold';
import { dutyOf, dutyTime, hubAct } from '@sanji/sync/replication/hub-act';
import type { ActionDraft } from '@sanji/sync/replication/append';
import { cheapSign } from '@sanji/sync/testing/cheap-signer';
import { MemoryDeviceStore } from '@sanji/sync/testing/memory-local-store';
import { matter, publication, row } from '@sanji/sync/testing/rule-catalog';
import { CUIHU, DISTRICT, STREET, WENLIN } from '../simulation/district.ts';
import type { Station } from '../simulation/station.ts';
import { CASE, Rig } from './rig.ts';

const DAY_MS = 86_400_000;
const at = (time: string) => Date.parse(`${time}+08:00`);

class HubRig extends Rig {
  readonly ports = {
    ...this.judge,
    deviceId: 'hub0',
    device: new MemoryDeviceStore(),
    sign: async (body: Parameters<typeof cheapSign>[0]) => cheapSign(body),
  };

  duty(): ActionKind | undefined {
    return dutyOf(this.masterOf(CASE), this.judge.catalog(), { now: this.clock.now() })?.kind;
  }

  /** Does what is due; the ruling that comes of it. */
  async act(): Promise<string> {
    const duty = dutyOf(this.masterOf(CASE), this.judge.catalog(), { now: this.clock.now() });
    if (duty === undefined) return 'nothing to do';
    const done = await hubAct(this.ports, CASE, duty);
    return done.ok ? `${duty.kind} → ${this.masterOf(CASE).head.status}` : done.problem.code;
  }

  moveTo(time: string): void {
    this.clock.advance(at(time) - this.clock.now());
  }

  configure(change: Partial<Settings>): void {
    this.docs = this.docs.map((doc) =>
      doc.entry.kind === 'settings'
        ? { ...doc, entry: { kind: 'settings', settings: { ...doc.entry.settings, ...change } } }
        : doc,
    );
  }

  publish(rows: Parameters<typeof publication>[0]): void {
    const entry = { kind: 'rules' as const, publication: publication(rows) };
    const _id = catalogIdOf(entry);
    this.docs = [...this.docs.filter((doc) => doc._id !== _id), { _id, n: 2, entry }];
  }
}

async function received(rig: Rig, accepts: boolean): Promise<Station> {
  const station = rig.station('wenlin1');
  await station.receive(CASE, accepts);
  await rig.settle(station);
  return station;
}

async function step(rig: Rig, station: Station, ...drafts: ActionDraft[]): Promise<void> {
  await station.act(CASE, ...drafts);
  await rig.settle(station);
}

const forwardTo = (to: string): ActionDraft => ({ kind: 'forward', payload: { to } });

test('deemAccept: five working days of silence, counted to the end of office hours', async () => {
  const rig = new HubRig();
  await received(rig, false);
  rig.moveTo('2026-11-30T17:00:00');
  expect(await rig.act()).toBe('nothing to do');
  expect(await hubAct(rig.ports, CASE, { kind: 'deemAccept', payload: {} })).toMatchObject({
    problem: { code: 'not-due' },
  });
  rig.moveTo('2026-11-30T17:00:01');
  expect(await rig.act()).toBe('deemAccept → accepted');
  expect(fold(rig.masterOf(CASE))).toMatchObject({
    deemed: true,
    acceptedAt: fold(rig.masterOf(CASE)).receivedAt,
  });
});

test('deemAccept: a case with a notice is not deemed accepted, and nothing is planned for it', async () => {
  const rig = new HubRig();
  const station = await received(rig, false);
  await step(rig, station, { kind: 'oneTimeNotice', payload: { defects: ['缺身份证复印件'] } });
  const supplied = { code: 'ID', name: '居民身份证', state: 'received' as const };
  await step(rig, station, { kind: 'supplement', payload: { materials: [supplied] } });
  expect(rig.masterOf(CASE).head.status).toBe('received');
  rig.clock.advance(60 * DAY_MS);
  expect(rig.duty()).toBeUndefined();
  expect(dutyTime(fold(rig.masterOf(CASE)), rig.judge.catalog())).toBeUndefined();
});

/** At the district, suspended until the second of December. */
async function suspended(rig: HubRig): Promise<Station> {
  const wenlin = await received(rig, true);
  await step(rig, wenlin, forwardTo(DISTRICT));
  const district = rig.station('district1');
  await rig.settle(district);
  const span = { kind: 'hearing', reason: '听证', plannedEnd: '2026-12-02' };
  await step(rig, district, { kind: 'askSuspend', payload: span });
  // Who asks does not grant: another leader of the same unit.
  rig.docs = rig.docs.flatMap((doc) =>
    doc.entry.kind === 'staff' && doc.entry.staff.unit === DISTRICT
      ? [
          doc,
          {
            ...doc,
            _id: 'staff:leader2',
            entry: { kind: 'staff', staff: { ...doc.entry.staff, staffId: 'leader2' } },
          },
        ]
      : [doc],
  );
  await district.write({
    caseId: CASE,
    by: { staffId: 'leader2', name: 'leader', unit: DISTRICT },
    build: () => ({ ok: true, value: [{ kind: 'suspend', payload: span }] }),
  });
  await rig.settle(district);
  expect(rig.masterOf(CASE).head.status).toBe('suspended');
  return district;
}

test('resume: on the day after the planned end', async () => {
  const rig = new HubRig();
  await suspended(rig);
  rig.moveTo('2026-12-02T23:59:59');
  expect(await rig.act()).toBe('nothing to do');
  rig.moveTo('2026-12-03T00:00:00');
  expect(await rig.act()).toBe('resume → reviewing');
  expect(await rig.act()).toBe('nothing to do');
});

test('resume: a reviewer who was faster leaves nothing to do', async () => {
  const rig = new HubRig();
  const district = await suspended(rig);
  await step(rig, district, { kind: 'resume', payload: {} });
  rig.moveTo('2026-12-03T00:00:00');
  expect(await rig.act()).toBe('nothing to do');
});

const FORWARDING = {
  seq: 1,
  rows: [
    row({ autoForward: true }),
    row({ tier: 'street', autoForward: true }),
    row({ tier: 'district', mode: 'decide' }),
  ],
};

test('forward: by the matter’s rule, tier by tier, up to where it is decided', async () => {
  const rig = new HubRig();
  rig.publish(FORWARDING);
  await received(rig, true);
  expect(await rig.act()).toBe('forward → reviewing');
  expect(rig.masterOf(CASE).head.holder).toBe(STREET);
  expect(await rig.act()).toBe('forward → reviewing');
  expect(rig.masterOf(CASE).head.holder).toBe(DISTRICT);
  expect(await rig.act()).toBe('nothing to do');
});

test('forward: not without the rule, and not what the upper unit sent back', async () => {
  const plain = new HubRig();
  await received(plain, true);
  expect(await plain.act()).toBe('nothing to do');
  const rig = new HubRig();
  rig.publish({
    ...FORWARDING,
    rows: [row({ autoForward: true }), row({ tier: 'district', mode: 'decide' })],
  });
  await received(rig, true);
  await rig.act();
  const street = rig.station('street1');
  await rig.settle(street);
  await step(rig, street, { kind: 'returnDown', payload: { to: WENLIN, reason: '材料不清' } });
  expect(rig.masterOf(CASE).head).toMatchObject({ status: 'accepted', holder: WENLIN });
  expect(await rig.act()).toBe('nothing to do');
});

/** Decided at the district, with a photo still owed when `deferred`. */
async function approved(rig: HubRig, deferred: { code: string; due: string }[]): Promise<Station> {
  const wenlin = await received(rig, false);
  await step(rig, wenlin, { kind: 'accept', payload: { deferred } }, forwardTo(DISTRICT));
  const district = rig.station('district1');
  await rig.settle(district);
  await step(rig, district, { kind: 'approve', payload: {} });
  expect(rig.masterOf(CASE).head.status).toBe('approved');
  return wenlin;
}

test('conclude: at once when decided', async () => {
  const rig = new HubRig();
  await approved(rig, []);
  expect(await rig.act()).toBe('conclude → concluded');
});

test('conclude: not before the last deferred material is in', async () => {
  const rig = new HubRig();
  const photo = { code: 'ZP', name: '照片', en: 'Photo', need: 'deferrable' as const };
  const entry = { kind: 'matter' as const, matter: { ...matter, materials: [photo] } };
  const _id = catalogIdOf(entry);
  rig.docs = [...rig.docs.filter((doc) => doc._id !== _id), { _id, n: 2, entry }];
  const wenlin = await approved(rig, [{ code: 'ZP', due: '2026-12-07' }]);
  expect(await rig.act()).toBe('nothing to do');
  const materials = [{ code: 'ZP', name: '照片', state: 'received' as const }];
  await step(rig, wenlin, { kind: 'supplyDeferred', payload: { materials } });
  expect(await rig.act()).toBe('conclude → concluded');
});

const ends: [string, ActionDraft][] = [
  ['refused', { kind: 'refuse', payload: { reason: '不属于本区' } }],
  ['withdrawn', { kind: 'withdraw', payload: { reason: '申请人撤回' } }],
  ['terminated', { kind: 'terminate', payload: { reason: '无法联系' } }],
];

test.each(ends)(
  'archive: a case that is %s, after the district’s time and under its class',
  async (status, draft) => {
    const rig = new HubRig();
    rig.configure({ archive: { afterDays: 60, retention: '30y' } });
    const station = await received(rig, false);
    await step(rig, station, draft);
    expect(rig.masterOf(CASE).head.status).toBe(status);
    rig.moveTo('2027-01-22T23:59:59');
    expect(await rig.act()).toBe('nothing to do');
    rig.moveTo('2027-01-23T00:00:00');
    expect(await rig.act()).toBe('archive → archived');
    expect(Object.values(rig.masterOf(CASE).actions).at(-1)?.body.payload).toEqual({ retention: '30y' });
    expect(await rig.act()).toBe('nothing to do');
  },
);

test('archive: a delivered case, also one that nobody rated', async () => {
  const rig = new HubRig();
  rig.configure({ archive: { afterDays: 0, retention: '10y' } });
  const wenlin = await received(rig, true);
  await step(rig, wenlin, forwardTo(DISTRICT));
  const district = rig.station('district1');
  await rig.settle(district);
  await step(rig, district, { kind: 'approve', payload: {} });
  await rig.act();
  await step(rig, wenlin, { kind: 'deliver', payload: { method: 'window', recipient: '张三' } });
  expect(rig.duty()).toBeUndefined();
  rig.clock.advance(DAY_MS);
  expect(await rig.act()).toBe('archive → archived');
});

test('archive: not where the district has set no time, and nothing can be done to what is archived', async () => {
  const rig = new HubRig();
  const station = await received(rig, false);
  await step(rig, station, { kind: 'withdraw', payload: { reason: '申请人撤回' } });
  rig.clock.advance(4_000 * DAY_MS);
  expect(rig.duty()).toBeUndefined();
  rig.configure({ archive: { afterDays: 60, retention: '30y' } });
  expect(await rig.act()).toBe('archive → archived');
  await step(rig, station, { kind: 'note', payload: { text: 'too late' } });
  expect(fold(rig.masterOf(CASE)).rejected).toHaveLength(1);
});

/** 文林 is merged into its neighbour. */
function merge(rig: HubRig): void {
  rig.docs = rig.docs.map((doc) =>
    doc.entry.kind === 'unit' && doc.entry.unit.code === WENLIN
      ? {
          ...doc,
          n: doc.n + 1,
          entry: { kind: 'unit', unit: { ...doc.entry.unit, active: false, mergedInto: CUIHU } },
        }
      : doc,
  );
}

test('mergeUnit: an open case goes on at the unit into which its holder was merged, and its stations lose it', async () => {
  const rig = new HubRig();
  const wenlin = await received(rig, true);
  expect(rig.duty()).toBeUndefined();
  const early = { kind: 'mergeUnit' as const, payload: { from: WENLIN, to: CUIHU } };
  expect(await hubAct(rig.ports, CASE, early)).toMatchObject({ problem: { code: 'bad-target' } });
  merge(rig);
  expect(await rig.act()).toBe('mergeUnit → accepted');
  expect(fold(rig.masterOf(CASE))).toMatchObject({
    holder: CUIHU,
    path: [CUIHU],
    parties: [CUIHU],
    origin: WENLIN,
  });
  expect(await rig.act()).toBe('nothing to do');
  const heir = rig.station('cuihu1');
  await rig.settle(wenlin);
  await rig.settle(heir);
  await step(rig, heir, forwardTo(STREET));
  expect(fold(rig.masterOf(CASE))).toMatchObject({ holder: STREET, path: [CUIHU, STREET] });
});

test('mergeUnit: where the unit is a party only, it is replaced on the way; who holds the case goes on', async () => {
  const rig = new HubRig();
  const wenlin = await received(rig, true);
  await step(rig, wenlin, forwardTo(STREET));
  merge(rig);
  expect(await rig.act()).toBe('mergeUnit → reviewing');
  expect(fold(rig.masterOf(CASE))).toMatchObject({ holder: STREET, path: [CUIHU, STREET] });
});

test('mergeUnit: the clock of a suspended case stands still as before', async () => {
  const rig = new HubRig();
  await suspended(rig);
  merge(rig);
  expect(await rig.act()).toBe('mergeUnit → suspended');
  expect(fold(rig.masterOf(CASE)).suspensions).toMatchObject([{ plannedEnd: '2026-12-02' }]);
  expect(fold(rig.masterOf(CASE)).suspensions[0]?.to).toBeUndefined();
});
