/** What each event of a story does to the world. Whom it meets follows from its own dice. */
import type { AnyActionBody, SignedAction } from '@sanji/sync/domain/action';
import { actionIdOf, newCaseId } from '@sanji/sync/domain/identifiers';
import type { DeviceId } from '@sanji/sync/domain/identifiers';
import { deviceOf } from '@sanji/sync/domain/action';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import {
  deviceRevoked,
  matterChanged,
  permissionsChanged,
  rulesPublished,
  unitChanged,
  unitMerged,
} from './administrator.ts';
import type { Change } from './administrator.ts';
import { DEVICES } from './district.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, YEAR_MS, between, jumpMs } from './durations.ts';
import type { FaultKind } from './faults.ts';
import { hubRestored } from './restore-events.ts';
import { isOfHub } from './simulated-hub.ts';
import type { SimulatedHub } from './simulated-hub.ts';
import { RELAY_HANDLERS } from './relay-events.ts';
import type { SimulatedStation } from './simulated-station.ts';
import type { EventKind } from './story.ts';
import type { World } from './world.ts';

type Handler = (world: World, random: SeededRandom) => void;

const TERMINALS = DEVICES.filter(({ deviceId }) => !isOfHub(deviceId));

export const EVENT_HANDLERS: Record<EventKind, Handler> = {
  ...RELAY_HANDLERS,
  work: (world, random) => {
    const station = pickStation(world, random);
    if (random.chance(0.6)) workAt(world, station, random);
    else workInRound(world, station, () => workAt(world, station, random), random);
  },
  /** Everybody who has one case works on it at once. */
  crowd: (world, random) => {
    const caseId = random.pick([...world.hub.master.docs.keys()]);
    if (caseId === undefined) return;
    for (const station of world.stations) station.workOn(caseId, random);
  },
  /** One counter works on without waiting for anything. */
  burst: (world, random) => {
    const station = pickStation(world, random);
    const count = 3 + random.below(3);
    for (let i = 0; i < count; i++) {
      world.schedule.after(i * random.below(60), () => workAt(world, station, random));
    }
  },
  backup: (world) => world.hub.backup(),
  poke: (world, random) => pickStation(world, random)?.wake(),
  duties: (world, random) => {
    const cases = [...world.hub.master.docs.keys()];
    if (random.chance(0.3)) void world.hub.audit();
    void actOn(
      world.hub,
      [1, 2, 3].map(() => random.pick(cases) ?? ''),
    );
  },
  /** Somebody brings the hub what another terminal has not got rid of: the key of the maker counts (rule 6). */
  carry: (world, random) => {
    const [from, by] = [pickStation(world, random), pickStation(world, random)];
    const carry = async (): Promise<void> => {
      if (from !== undefined && by !== undefined) await world.carry(from, world.hubOf(by));
    };
    void carry().catch(() => undefined);
  },
  /** A terminal more: its first load meets a case that has a past. */
  enrol: (world, random) => {
    const known = new Set(world.stations.map(({ device }) => device.deviceId));
    const device = random.pick(TERMINALS.filter(({ deviceId }) => !known.has(deviceId)));
    if (device !== undefined) world.enrol(device);
  },
  'station-crash': (world, random) => pickStation(world, random)?.crash(),
  'hub-crash': (world, random) => world.hub.crash(random.below(2)),
  'router-crash': (world, random) => world.hub.crashRouter(random.below(2)),
  'line-cut': (world, random) => pickStation(world, random)?.line.cut(between(random, 100, 4 * HOUR_MS)),
  'line-cut-for-days': (world, random) => {
    const days = between(random, DAY_MS, 30 * DAY_MS);
    pickStation(world, random)?.line.cut(days);
    // The others are asleep for part of it, and work on with this one away for the rest.
    world.schedule.sleep(days * (0.2 + random.next() / 2));
  },
  'everybody-asleep': (world, random) => {
    world.faults.note('everybody-asleep');
    world.schedule.sleep(between(random, 10 * MINUTE_MS, 10 * DAY_MS));
  },
  'clock-off': (world, random) => {
    const station = pickStation(world, random);
    if (station === undefined) return;
    world.faults.note('clock-off');
    station.skewMs = Math.round((random.next() - 0.5) * 20 * YEAR_MS);
  },
  'clock-jump': (world, random) => {
    const station = pickStation(world, random);
    if (station === undefined) return;
    world.faults.note('clock-jump');
    station.skewMs += jumpMs(random);
  },
  /** Of one machine or of all; now and then it is put right, and now and then the hub is started again over it. */
  'hub-clock-jump': ({ hub, faults }, random) => {
    faults.note('hub-clock-jump');
    const one = random.chance(0.5) ? random.pick(hub.machines) : undefined;
    const [isRight, ms] = [random.chance(0.3), jumpMs(random)];
    for (const machine of one === undefined ? hub.machines : [one])
      machine.skewMs = isRight ? 0 : machine.skewMs + ms;
    if (random.chance(0.3)) hub.restart();
  },
  'permissions-changed': changes('permissions-changed', permissionsChanged),
  'matter-changed': changes('matter-changed', matterChanged),
  'rules-published': changes('rules-published', rulesPublished),
  'unit-changed': changes('unit-changed', unitChanged),
  /** The hub moves open work at once, and comes to the rest of it when it comes to it. */
  'unit-merged': (world, random) => {
    changes('unit-merged', unitMerged)(world, random);
    const { hub, schedule } = world;
    schedule.after(random.below(1_000), () => void actOn(hub, [...hub.master.docs.keys()]));
  },
  'device-revoked': changes('device-revoked', deviceRevoked),
  'profile-cloned': (world, random) => {
    const station = pickStation(world, random);
    // A copy of a running profile is no copy at one moment; and one clone a story is enough.
    if (station === undefined || world.faults.counts['profile-cloned'] > 0) return;
    world.faults.note('profile-cloned');
    station.start();
    doubleLife(world, station, random);
  },
  'hub-restored': hubRestored,
  /** A terminal that counts wrongly: an id it has used, with other content, signed as it should be. */
  'id-reused': (world, random) => {
    const original = random.pick(madeByStations(world));
    if (original === undefined) return;
    const text = `another ${String(random.below(1_000))}`;
    const body: AnyActionBody = { ...original.body, kind: 'note', payload: { text } };
    const sender = deviceOf(original);
    world.suspects.add(sender);
    void inject(world, { body, signer: sender, sender, kind: 'id-reused' });
  },
  /** Somebody signs with a key of their own what another terminal is to have done. */
  'signature-forged': (world, random) => {
    const [victim, forger] = [pickStation(world, random), pickStation(world, random)];
    const original = random.pick(madeByStations(world));
    if (victim === undefined || forger === undefined || original === undefined) return;
    const { deviceId, unit } = victim.device;
    if (deviceId === forger.device.deviceId) return;
    const id = actionIdOf(deviceId, victim.disk.device.state.counter + 1 + random.below(3));
    const by = { staffId: `clerk${unit}`, name: 'nobody', unit };
    const body: AnyActionBody = { ...original.body, id, by, kind: 'note', payload: { text: 'forged' } };
    const { deviceId: sender } = forger.device;
    void inject(world, { body, signer: sender, sender, kind: 'signature-forged' });
  },
};

/** In the midst of a round, when the station has pushed and is about to learn what others did. */
function workInRound(
  { schedule }: World,
  station: SimulatedStation | undefined,
  work: () => void,
  random: SeededRandom,
): void {
  station?.poke();
  schedule.after(random.below(70), work);
}

/** Original and clone go on with the same cases, each by itself, and then receive new ones under the same numbers. */
function doubleLife(world: World, original: SimulatedStation, random: SeededRandom): void {
  const clone = world.clone(original);
  world.suspects.add(original.device.deviceId);
  const { schedule } = world;
  const newId = (now: number) => newCaseId(now, random.bytes(10));
  if (random.chance(0.5)) clone.line.cut(random.below(2_000));
  for (let i = 1; i <= 4; i++) {
    schedule.after(i * 150, () => {
      const caseId = random.pick(original.casesHere());
      if (caseId === undefined) return;
      original.workOn(caseId, random);
      schedule.after(100, () => workInRound(world, clone, () => clone.workOn(caseId, random), random));
    });
  }
  schedule.after(800, () => original.receive(random, newId));
  for (let i = 1; i <= 5; i++) {
    schedule.after(800 + i * 20, () => clone.workOn(random.pick(clone.casesHere()) ?? '', random));
  }
  schedule.after(1_000, () => clone.receive(random, newId));
}

/** One after the other. */
async function actOn(hub: SimulatedHub, caseIds: string[]): Promise<void> {
  for (const caseId of caseIds) await hub.act(caseId);
}

function changes(kind: FaultKind, change: Change): Handler {
  return (world, random) => {
    const entries = change(world.hub.catalog.index, random, world.schedule.now());
    if (entries.length === 0) return;
    world.faults.note(kind);
    world.publish(entries);
  };
}

interface Injection {
  body: AnyActionBody;
  /** Whose key. */
  signer: DeviceId;
  /** Whose session. */
  sender: DeviceId;
  kind: 'id-reused' | 'signature-forged';
}

/** Sent past the station's own code. Only what the hub has answered is held against it. */
async function inject(world: World, { body, signer, sender, kind }: Injection): Promise<void> {
  const action: SignedAction = await world.signatures.sign(body, signer);
  const cases = [{ caseId: body.caseId, n: 0, actions: [action] }];
  world.ledger.add(action, kind === 'signature-forged' ? 'forged' : 'sent');
  try {
    const station = world.stations.find(({ device }) => device.deviceId === sender);
    const answer = await (station === undefined ? world.hub.portFor(sender) : world.hubOf(station)).push({
      v: 1,
      cases,
    });
    if (!answer.ok) return;
    world.faults.note(kind);
    // What only a relay has may be lost with its disk, and what is refused for now is not taken: a real station keeps it until the hub has ruled.
    const { relay, results } = answer.value;
    const isTaken = relay === undefined && results.every((result) => result.kind !== 'refused');
    if (kind === 'id-reused' && isTaken) world.ledger.add(action, 'answered');
  } catch {
    // The hub died over it: it may have it or not.
  }
}

function madeByStations({ ledger }: World): SignedAction[] {
  return [...ledger.entries.values()]
    .filter(({ action, standing }) => standing === 'made' && !isOfHub(deviceOf(action)))
    .map(({ action }) => action);
}

function pickStation({ stations }: World, random: SeededRandom): SimulatedStation | undefined {
  return random.pick(stations);
}

function workAt(world: World, station: SimulatedStation | undefined, random: SeededRandom): void {
  station?.work(random, (now) => newCaseId(now, random.bytes(10)));
}
