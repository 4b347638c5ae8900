/**
 * A running hub with secrets planted in the cases of three units, and everybody who may try to get at them. The seed decides the secrets, so
 * that what was found is found again.
 */
import type { HubOptions } from '@sanji/server/hub';
import type { SignedAction } from '@sanji/sync/domain/action';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import { effectiveRule } from '@sanji/sync/domain/tier-rules';
import { makeCitizen } from '@sanji/sync/testing/citizens';
import { SeededRandom } from '@sanji/sync/testing/fake-time';
import { ask, login, startTestHub, type TestHub } from '../integration/running-hub.ts';
import { TestStation } from '../integration/test-station.ts';

export interface Planted {
  hub: TestHub;
  community: TestStation;
  street: TestStation;
  district: TestStation;
  /** Taken out of service; its token was good until then. */
  revoked: TestStation;
  /** By unit: what must never be in an answer to anybody else. */
  secrets: Map<string, string[]>;
  /** By unit: its cases, of which nobody else is a party. */
  cases: Map<string, PushedCase[]>;
  cookieOf(staffId: string): string;
  /** Names that no answer to a caller of `unit` may hold; undefined: a caller without a unit. */
  foreignTo(unit: string | undefined): string[];
  end(): Promise<void>;
}

const CASES_PER_UNIT = 4;
/** Everyone whose session an attack may borrow. */
const PEOPLE = ['yangxm', 'puyl', 'mayj', 'zhaom', 'hewj', 'sunl', 'zhouj', 'wug'];

export async function startPlantedHub(
  seed: number,
  env: Record<string, string> = {},
  options?: Pick<HubOptions, 'patience'>,
): Promise<Planted> {
  // The limits are per address: behind a proxy each request of an attack comes from its own.
  const hub = await startTestHub({ TRUST_PROXY: '1', ...env }, options);
  const random = new SeededRandom(seed);
  const [community, street, district, revoked] = await Promise.all(
    ['yangxm', 'puyl', 'zhaom', 'yangxm'].map((clerk) => TestStation.join(hub, clerk)),
  );
  if (community === undefined || street === undefined || district === undefined || revoked === undefined)
    throw new Error('not everybody joined');
  const secrets = new Map<string, string[]>();
  const cases = new Map<string, PushedCase[]>();
  for (const [station, clerk] of [
    [community, 'yangxm'],
    [street, 'puyl'],
    [district, 'zhaom'],
  ] as const) {
    const own: string[] = [];
    for (let i = 0; i < CASES_PER_UNIT; i++) {
      const { pushed, planted } = await plantedCase(station, clerk, random);
      const { answer } = await station.push(pushed);
      if (answer.results[0]?.kind === 'refused') throw new Error(JSON.stringify(answer.results[0].problem));
      own.push(...planted);
      cases.set(station.unit, [...(cases.get(station.unit) ?? []), pushed]);
    }
    secrets.set(station.unit, own);
  }
  const cookies = new Map(
    await Promise.all(
      PEOPLE.map(async (staffId) => [staffId, (await login(hub.url, staffId)).cookie] as const),
    ),
  );
  const cookieOf = (staffId: string) => cookies.get(staffId) ?? '';
  await ask(hub.url, `POST /api/devices/${revoked.deviceId}/revoke`, {
    headers: { cookie: cookieOf('zhouj') },
    body: { reason: 'lost' },
  });
  return {
    hub,
    community,
    street,
    district,
    revoked,
    secrets,
    cases,
    cookieOf,
    foreignTo: (unit) => [...secrets].flatMap(([of, own]) => (of === unit ? [] : own)),
    end: () => hub.end(),
  };
}

/** Everything a person tells the window is a secret: name, number, telephone, address, and what the clerk notes. */
async function plantedCase(station: TestStation, clerk: string, random: SeededRandom) {
  const citizen = makeCitizen(random);
  const { name, idNumber, mobile, address } = citizen;
  const text = `备注${random.below(1e9).toString(36)}`;
  const received = await station.received(clerk, ownMatter(station), citizen);
  const note: SignedAction = await station.sign(received.caseId, clerk, { kind: 'note', payload: { text } });
  return {
    pushed: { ...received, actions: [...received.actions, note] },
    planted: [name, idNumber, mobile, address, text],
  };
}

/** A matter that stays at the unit. */
export function ownMatter({ hub, unit }: TestStation): string {
  const catalog = hub.hub.container.catalog.current();
  const found = [...catalog.matters].find(([matterId, versions]) => {
    const { mode, autoForward } = effectiveRule(catalog, { unit, matterId, day: '2026-11-23' });
    const isForPeople = versions.some(({ subject }) => subject.includes('person'));
    return isForPeople && !autoForward && (mode === 'accept' || mode === 'decide');
  });
  if (found === undefined) throw new Error(`${unit} accepts nothing`);
  return found[0];
}
