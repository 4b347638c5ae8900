/**
 * The street relay in all weathers: lines cut and mended, requests and answers lost, the relay crashing at any step of its store, stations going
 * to and fro between hub and relay. Whatever happened, at the end each action is ruled once and everybody holds the same.
 */
import { expect, test } from 'vitest';
import type { CaseDocument, SignedAction } from '@sanji/sync/domain/action';
import { fold } from '@sanji/sync/domain/fold';
import { newCaseId, type UnitCode } from '@sanji/sync/domain/identifiers';
import type { ActionDraft } from '@sanji/sync/replication/append';
import type { HubPort } from '@sanji/sync/replication/ports';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { DISTRICT, OTHER_STREET, STREET, WENLIN } from '../simulation/district.ts';
import type { Station } from '../simulation/station.ts';
import { RelayRig, type Movable } from './relay-rig.ts';

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);
const STEPS = 60;
const AT_STREET = ['wenlin1', 'wenlin2', 'cuihu1', 'street1', 'street2'];
const OFFLINE = { ok: false as const, problem: { code: 'offline' as const } };

const DRAFTS: ActionDraft[] = [
  { kind: 'note', payload: { text: '已电话联系' } },
  { kind: 'forward', payload: { to: STREET } },
  { kind: 'forward', payload: { to: DISTRICT } },
  { kind: 'returnDown', payload: { to: WENLIN, reason: '材料不清' } },
  { kind: 'accept', payload: { deferred: [] } },
  { kind: 'approve', payload: {} },
  { kind: 'withdraw', payload: { reason: '申请人撤回' } },
];

class Weather {
  readonly random: SeededRandom;
  readonly rig: RelayRig;
  readonly street: Movable[];
  readonly others: Station[];
  isCalm = false;
  #life = 0;

  constructor(rig: RelayRig, random: SeededRandom) {
    this.rig = rig;
    this.random = random;
    this.street = AT_STREET.map((id) => rig.at(id, (hub) => this.#leaky(hub)));
    this.others = ['district1', 'westgate1'].map((id) => rig.station(id, (hub) => this.#leaky(hub)));
    rig.live = () => {
      const life = (this.#life += 1);
      return (store) => this.#frail(store, life);
    };
  }

  get everybody(): Station[] {
    return [...this.street, ...this.others];
  }

  async step(): Promise<void> {
    const { random, rig } = this;
    const station = random.pick(this.everybody) ?? this.everybody[0];
    const which = random.below(11);
    if (which < 2) await station?.receive(newCaseId(rig.clock.now(), random.bytes(10)), random.chance(0.7));
    else if (which < 5 && station !== undefined) await this.#act(station);
    else if (which < 8) await station?.loop.poke();
    else if (which === 8) rig.isCut = random.chance(0.6);
    else if (which === 9) this.#move();
    else await this.#exchange();
    rig.clock.advance(random.below(90_000));
  }

  /** Fair weather until nothing moves any more. */
  async rest(): Promise<void> {
    this.isCalm = true;
    this.rig.isCut = false;
    await this.rig.startRelay();
    for (const station of this.street) if (this.random.chance(0.5)) station.toRelay();
    for (let i = 0; i < 4; i++) {
      for (const station of this.everybody) await station.loop.poke();
      await this.rig.drain();
    }
    for (const station of this.everybody) await station.loop.poke();
  }

  async #act(station: Station): Promise<void> {
    const here = [...station.local.rows.values()].flatMap((row) =>
      row.kind === 'case' ? [row.doc._id] : [],
    );
    const [caseId, draft] = [this.random.pick(here), this.random.pick(DRAFTS)];
    if (caseId !== undefined && draft !== undefined) await station.act(caseId, draft);
  }

  #move(): void {
    const station = this.random.pick(this.street);
    if (this.random.chance(0.5)) station?.toHub();
    else station?.toRelay();
  }

  /** The relay's round, or a power cut at it. */
  async #exchange(): Promise<void> {
    const { random, rig } = this;
    // Killed as it starts, it stays down for a while.
    if (!rig.isUp || random.chance(0.3)) await rig.startRelay().catch(() => undefined);
    await rig.router.poke();
    if (!rig.isUp) return;
    await rig.relay.loop.poke();
    await rig.router.poke();
    await rig.relay.router.poke();
  }

  #leaky(hub: HubPort): HubPort {
    const lossy = async <T>(call: () => Promise<T>): Promise<T | typeof OFFLINE> => {
      if (!this.isCalm && this.random.chance(0.05)) return OFFLINE;
      // A relay that crashes in the middle of a call does not answer it.
      const answer = await call().catch(() => OFFLINE);
      return !this.isCalm && this.random.chance(0.05) ? OFFLINE : answer;
    };
    return {
      push: (request) => lossy(() => hub.push(request)),
      pull: (request) => lossy(() => hub.pull(request)),
      snapshot: (feed) => lossy(() => hub.snapshot(feed)),
      giveBack: (request) => lossy(() => hub.giveBack(request)),
    };
  }

  /** Fails before or after any step; and for good, once another relay has been started in this one's place. */
  #frail<T extends object>(store: T, life: number): T {
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          const isStruck = () => !this.isCalm && this.random.chance(0.01);
          if (life !== this.#life || isStruck()) throw new Error('crashed');
          const result: unknown = await Reflect.apply(value, target, args);
          if (life !== this.#life || isStruck()) throw new Error('crashed');
          return result;
        };
      },
    });
  }
}

function made({ local }: Station): SignedAction[] {
  return [...local.rows.values()].flatMap((row) =>
    row.kind === 'case' ? Object.values(row.doc.actions) : [],
  );
}

function keysOf(actions: SignedAction[]): string[] {
  return actions.map(({ body, hash }) => `${body.id} ${hash}`);
}

function logOf({ _id, n, actions, rulings }: CaseDocument): unknown {
  return { _id, n, actions, rulings };
}

function partiesOf(doc: CaseDocument): UnitCode[] {
  return fold(doc).parties;
}

test.each(SEEDS)('seed %i: nothing lost, nothing twice, nobody sees what is not theirs', async (seed) => {
  const rig = new RelayRig();
  const weather = new Weather(rig, new SeededRandom(seed));
  await rig.startRelay().catch(() => undefined);
  const ever = new Set<string>();
  for (let step = 0; step < STEPS; step++) {
    await weather.step();
    for (const station of weather.everybody) for (const key of keysOf(made(station))) ever.add(key);
  }
  await weather.rest();

  const masters = [...rig.master.docs.values()].map(({ doc }) => doc);
  const ruled = masters.flatMap(({ actions, rulings }) =>
    Object.values(actions).filter(({ body }) => rulings[body.id]),
  );
  expect(keysOf(ruled).sort()).toEqual([...ever].sort());
  for (const { rulings, n } of masters) {
    const seqs = Object.values(rulings).map(({ seq }) => seq);
    expect(seqs.sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i + 1));
  }
  for (const station of weather.everybody) {
    const mine = masters.filter((doc) => partiesOf(doc).includes(station.device.unit));
    const here = [...station.local.rows.values()].flatMap((row) => (row.kind === 'case' ? [row.doc] : []));
    expect(sorted(here.map(logOf))).toEqual(sorted(mine.map(logOf)));
    expect(here.filter(({ relayed }) => relayed !== undefined)).toEqual([]);
    expect(station.loop.status).toMatchObject({ state: 'idle', pending: 0, relayed: 0, parked: 0 });
    expect(station.faults).toEqual([]);
  }
  const streets = masters.filter((doc) => partiesOf(doc).some((unit) => rig.relay.units().has(unit)));
  const kept = [...rig.disk.master.docs.values()]
    .map(({ doc }) => doc)
    .filter(({ actions }) => Object.keys(actions).length > 0);
  expect(sorted(kept.map(logOf))).toEqual(sorted(streets.map(logOf)));
  expect(kept.some((doc) => partiesOf(doc).includes(OTHER_STREET))).toBe(false);
  expect(rig.relay.store.counts()).toMatchObject({ pending: 0, parked: 0 });
  expect(rig.disk.outbox.ids.size).toBe(0);
});

function sorted(docs: unknown[]): string[] {
  return docs.map((doc) => stable(doc)).sort();
}

function stable(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
