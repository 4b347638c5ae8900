/**
 * The hub put back to older backups at random moments, again and again, while stations of three tiers work on and one profile may be copied.
 * Whatever happened: in the end each action ever saved is ruled once, or kept aside where another holds its id, and everybody holds the same.
 */
import { expect, test } from 'vitest';
import { deviceOf } from '@sanji/sync/domain/action';
import type { ActionKind, SignedAction } from '@sanji/sync/domain/action';
import { fold } from '@sanji/sync/domain/fold';
import { newCaseId } from '@sanji/sync/domain/identifiers';
import type { HubPort } from '@sanji/sync/replication/ports';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import type { Backup } from '@sanji/sync/testing/memory-hub-stores';
import { MemoryDeviceStore } from '@sanji/sync/testing/memory-local-store';
import { draftsOf, isOffered } from '../simulation/clerk.ts';
import { DISTRICT, clerkOf } from '../simulation/district.ts';
import type { Station } from '../simulation/station.ts';
import { Rig, offline } from './rig.ts';

const STORIES = 300;
const STEPS = 60;
const MAX_CASES = 2;
const TERMINALS = ['wenlin1', 'wenlin2', 'cuihu1', 'street1', 'street2', 'westgate1', 'district1'];

const MOVES: readonly ActionKind[] = [
  'accept',
  'forward',
  'forward',
  'returnDown',
  'returnDown',
  'approve',
  'withdraw',
];

class Story {
  readonly random: SeededRandom;
  readonly rig = new Rig();
  readonly stations: Station[];
  /** Every action that ever was saved, by id and content, with the station that made it. */
  readonly made = new Map<string, { action: SignedAction; by: Station }>();
  readonly #backups: Backup[];
  /** Nobody does anything by himself, so that no request is under way while a backup is put back. */
  readonly #clock = { now: () => this.rig.clock.now(), after: () => () => undefined };
  #clone: Station | undefined;
  readonly #mayClone: boolean;
  #cases = 0;
  #lives = 1;
  #isCalm = false;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.#mayClone = this.random.chance(0.3);
    // Few, so that they meet at the same cases.
    const here = TERMINALS.filter(() => this.random.chance(0.6));
    this.stations = here.map((id) => this.rig.station(id, (hub) => this.#leaky(hub), { clock: this.#clock }));
    this.#backups = [this.rig.backup()];
  }

  async step(): Promise<void> {
    const { random, rig } = this;
    const station = random.pick(this.stations) ?? this.stations[0];
    if (station === undefined) return;
    const which = random.below(30);
    if (which < 12) await this.#work(station);
    else if (which < 23) await station.loop.poke();
    else if (which < 27) await rig.router.poke();
    else if (which === 27) this.#backups.push(rig.backup());
    else if (which === 28) this.#putBack();
    else if (this.#mayClone && this.#clone === undefined) await this.#copyProfile(station);
    rig.clock.advance(random.below(90_000));
    this.#note();
  }

  /** The restore is finished, and everybody syncs until nothing moves. */
  async rest(): Promise<void> {
    this.#isCalm = true;
    this.#finish();
    for (let i = 0; i < 4; i++) await this.rig.settle(...this.stations);
  }

  get cloned(): string | undefined {
    return this.#clone?.device.deviceId;
  }

  /** At a case that is here, mostly by what fits it; a story has few cases, so that its people meet. */
  async #work(station: Station): Promise<void> {
    const { random, rig } = this;
    const here = [...station.local.rows.values()].flatMap((row) => (row.kind === 'case' ? [row.doc] : []));
    const doc = random.pick(here);
    if (doc === undefined || (this.#cases < MAX_CASES && random.chance(0.2))) {
      if (this.#cases < MAX_CASES && station.device.unit !== DISTRICT)
        await station.receive(newCaseId(rig.clock.now(), random.bytes(10)), random.chance(0.8));
      this.#cases += 1;
      return;
    }
    const { unit } = station.device;
    const [at, catalog] = [rig.clock.now(), rig.judge.catalog()];
    const desk = { device: station.device, by: clerkOf(unit), catalog, at, now: at, random };
    const state = fold(doc);
    const kinds = MOVES.filter((kind) => isOffered(state, kind, desk));
    const kind = random.chance(0.7) ? random.pick(kinds) : 'note';
    await station.act(doc._id, ...draftsOf(kind ?? 'note', doc, desk, 1));
  }

  #putBack(): void {
    this.random.pick(this.#backups)?.();
    // Sometimes nobody gives the command until later.
    if (this.random.chance(0.7)) this.#finish();
  }

  /** As the command does: an epoch after all that was heard of. */
  #finish(): void {
    const count = (this.#lives += 1);
    this.rig.memory = { ...this.rig.memory, epoch: { count, id: `life${String(count)}` } };
  }

  async #copyProfile(original: Station): Promise<void> {
    const deviceStore = new MemoryDeviceStore();
    await deviceStore.save(await original.deviceStore.read());
    const { deviceId } = original.device;
    const more = { local: original.local.copy(), deviceStore, clock: this.#clock };
    this.#clone = this.rig.station(deviceId, (hub) => this.#leaky(hub), more);
    this.stations.push(this.#clone);
  }

  #note(): void {
    for (const by of this.stations) {
      for (const row of by.local.rows.values()) {
        if (row.kind !== 'case') continue;
        for (const action of Object.values(row.doc.actions)) {
          const isOwn = deviceOf(action) === by.device.deviceId;
          if (isOwn && !this.made.has(keyOf(action))) this.made.set(keyOf(action), { action, by });
        }
      }
    }
  }

  #leaky(hub: HubPort): HubPort {
    const lossy = async <T>(call: () => Promise<T>): Promise<T | typeof offline> => {
      if (!this.#isCalm && this.random.chance(0.05)) return offline;
      const answer = await call();
      return !this.#isCalm && this.random.chance(0.05) ? offline : answer;
    };
    return {
      push: (request) => lossy(() => hub.push(request)),
      pull: (request) => lossy(() => hub.pull(request)),
      snapshot: (feed) => lossy(() => hub.snapshot(feed)),
      giveBack: (request) => lossy(() => hub.giveBack(request)),
    };
  }
}

function keyOf({ body, hash }: SignedAction): string {
  return `${body.id} ${hash}`;
}

/** What does not hold, as sentences. */
function findings({ rig, stations, made, cloned }: Story): string[] {
  const found: string[] = [];
  const masters = [...rig.master.docs.values()].map(({ doc }) => doc);
  const ruled = new Map(
    masters.flatMap((doc) =>
      Object.values(doc.actions).map((action) => [keyOf(action), doc.rulings[action.body.id]] as const),
    ),
  );
  for (const [key, { action, by }] of made) {
    const ruling = ruled.get(key);
    const isAside = rig.quarantine.entries.has(`${action.body.id}~${action.hash}`);
    const isKept = by.local.strays.has(key);
    if (ruling === undefined && !isKept && !(isAside && deviceOf(action) === cloned))
      found.push(`lost: ${action.body.kind} ${action.body.id} of ${by.device.unit}`);
    const row = by.local.rows.get(action.body.caseId);
    const isShown = row?.kind === 'case' && row.doc.actions[action.body.id]?.hash === action.hash;
    if (ruling?.verdict !== 'accepted' && !isShown && !by.local.strays.has(key))
      found.push(`unseen: ${action.body.id} is rejected, and its maker does not see it`);
  }
  for (const { _id, n, rulings } of masters) {
    const seqs = Object.values(rulings).map(({ seq }) => seq);
    if (!seqs.sort((a, b) => a - b).every((seq, i) => seq === i + 1) || seqs.length !== n)
      found.push(`not dense: ${_id}`);
  }
  const ids = masters.flatMap(({ actions }) => Object.keys(actions));
  if (new Set(ids).size !== ids.length) found.push('an id stands in two cases');
  for (const station of stations) {
    const { unit, deviceId } = station.device;
    for (const doc of masters) {
      const mine = station.find(doc._id);
      const isParty = fold(doc).parties.includes(unit);
      if (isParty && !isEqual(mine, doc)) found.push(`missed: ${deviceId} ${doc._id}`);
      if (!isParty && mine !== undefined) found.push(`leaked: ${deviceId} ${doc._id}`);
    }
    const { state, pending, parked } = station.loop.status;
    if (state !== 'idle' || pending + parked > 0)
      found.push(`queue: ${deviceId} ${state} ${String(pending)} ${String(parked)}`);
    if (station.faults.length > 0) found.push(`fault: ${deviceId} ${String(station.faults[0])}`);
  }
  if (rig.faults.length > 0) found.push(`fault: ${String(rig.faults[0])}`);
  return found;
}

type Log = Pick<NonNullable<ReturnType<Station['find']>>, 'n' | 'actions' | 'rulings'>;

function isEqual(mine: Log | undefined, { n, actions, rulings }: Log): boolean {
  return mine !== undefined && stable([mine.n, mine.actions, mine.rulings]) === stable([n, actions, rulings]);
}

function stable(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

test.for(Array.from({ length: STORIES }, (_, i) => i + 1))('story %i', async (seed) => {
  const story = new Story(seed);
  for (let step = 0; step < STEPS; step++) await story.step();
  await story.rest();
  expect(findings(story)).toEqual([]);
});
