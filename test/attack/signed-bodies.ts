/**
 * Bodies that look signed: of a terminal that turned against the hub, of one that lost its key, and of who copied what went by. What is
 * spoilt before signing passes every check of the signature and reaches the rules behind it.
 */
import type { AnyActionBody, FormerRuling, SignedAction } from '@sanji/sync/domain/action';
import { actionIdOf } from '@sanji/sync/domain/identifiers';
import type { SealKey } from '@sanji/sync/domain/sealing';
import { signAction } from '@sanji/sync/domain/signing';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import { bundleOf } from '../integration/test-bundle.ts';
import type { TestStation } from '../integration/test-station.ts';
import { SPOILER_NAMES, spoiltCopy } from './spoil.ts';

export interface Signing {
  station: TestStation;
  clerk: string;
  key: SealKey;
  /** Own cases, and those of units that the station is no party of. */
  own: readonly PushedCase[];
  foreign: readonly PushedCase[];
  random: SeededRandom;
}

type Trick = (signing: Signing) => Promise<PushedCase>;

const KINDS = [
  ['approve', {}],
  ['conclude', {}],
  // To nobody: who forwards a case to another unit gives it away rightly.
  ['forward', { to: '530102999999' }],
  ['returnDown', { to: '530102999999', reason: 'x' }],
  ['withdraw', { reason: 'x' }],
  ['deliver', { method: 'post', recipient: 'x' }],
  ['rate', { level: 5 }],
  ['extend', { days: 366, reason: 'x' }],
  ['suspend', { kind: 'x', reason: 'x', plannedEnd: '9999-12-31' }],
  ['archive', { retention: 'x' }],
  ['certify', { certificateNo: 'x' }],
  ['deemAccept', {}],
  ['externalResult', { correlationId: 'x', text: 'x' }],
  ['supplyDeferred', { materials: [] }],
] as const;

/** As a push carries them: a case, some of whose actions are not what they seem. */
const TRICKS: Record<string, Trick> = {
  replay: ({ own, random }) => Promise.resolve(pick(own, random)),
  'replay of another unit’s push': ({ foreign, random }) => Promise.resolve(pick(foreign, random)),
  'any action on a foreign case': (signing) => anyAction(signing, pick(signing.foreign, signing.random)),
  'any action out of turn': (signing) => anyAction(signing, pick(signing.own, signing.random)),
  'forged signature': async (signing) =>
    onLast(await anyAction(signing, pick(signing.own, signing.random)), (action) => ({
      ...action,
      sig: `${action.sig.startsWith('A') ? 'B' : 'A'}${action.sig.slice(1)}`,
    })),
  'forged hash': async (signing) =>
    onLast(await anyAction(signing, pick(signing.own, signing.random)), (action) => ({
      ...action,
      hash: action.sig.slice(0, 43),
    })),
  'changed after signing': async (signing) =>
    onLast(await anyAction(signing, pick(signing.own, signing.random)), (action) => ({
      ...action,
      body: spoiltCopy(action.body, 'wrong type', signing.random) as AnyActionBody,
    })),
  'another terminal’s name': (signing) =>
    resigned(signing, (body) => ({
      ...body,
      id: actionIdOf(pick(signing.foreign, signing.random).actions[0]?.body.id.split('.')[0] ?? '', 9_999),
    })),
  'another’s name': (signing) =>
    resigned(signing, (body) => ({ ...body, by: { staffId: 'zhaom', name: 'x', unit: '530102000000' } })),
  'an id used before': (signing) =>
    resigned(signing, (body) => ({
      ...body,
      id: pick(signing.own, signing.random).actions[0]?.body.id ?? '',
    })),
  'a broken chain': (signing) => resigned(signing, (body) => ({ ...body, prev: 'A'.repeat(43) })),
  'a time that is none': (signing) =>
    resigned(signing, (body) => ({
      ...body,
      at: signing.random.pick([0, 9e15, 1e300, 8.64e15 + 1]) ?? 0,
      offsetMs: signing.random.pick([-9e15, 9e15, 0]) ?? 0,
    })),
  'spoilt, then signed': (signing) => spoiltThenSigned(signing, pick(signing.own, signing.random)),
  'a new case, spoilt, then signed': async (signing) => {
    const { station, clerk, random, own } = signing;
    const [draft] = pick(own, random).actions;
    const matter = draft?.body.kind === 'draft' ? draft.body.payload.matter.matterId : '';
    const fresh = await station.received(clerk, matter);
    return spoiltThenSigned(signing, { ...fresh, actions: fresh.actions.slice(0, 1 + random.below(2)) });
  },
  'rulings of an earlier epoch': async (signing) => {
    const pushed = await anyAction(signing, pick(signing.own, signing.random));
    const former = {
      epoch: 1 + signing.random.below(3),
      seq: 1 + signing.random.below(9),
      verdict: 'accepted',
    };
    const ids = pushed.actions.map(({ body }) => [body.id, former]);
    return {
      ...pushed,
      epoch: 1 + signing.random.below(9),
      former: Object.fromEntries(ids) as Record<string, FormerRuling>,
    };
  },
};
export const PUSH_TRICKS = Object.keys(TRICKS);

export async function trickyPush(name: string, signing: Signing): Promise<unknown> {
  const trick = TRICKS[name];
  if (trick === undefined) throw new Error(`no such trick: ${name}`);
  return { v: 1, cases: [await trick(signing)] };
}

/** A bundle sealed and signed as it should be; what is in it is not. */
export async function trickyBundle(signing: Signing): Promise<unknown> {
  const { station, key, own, random } = signing;
  const pushed = random.chance(0.5) ? await anyAction(signing, pick(own, random)) : pick(own, random);
  const spoiler = random.pick(SPOILER_NAMES.filter((name) => name !== 'deep JSON')) ?? 'wrong type';
  const spoilt = <T>(value: T): T => (random.chance(0.7) ? (spoiltCopy(value, spoiler, random) as T) : value);
  const parts = {
    key,
    cases: [{ ...pushed, actions: pushed.actions.map(spoilt).filter((action) => keyed(action)) }],
    reveals: [
      spoilt({ caseId: pushed.caseId, group: 'applicant', reason: 'check', at: 1, staffId: 'yangxm' }),
    ],
    prints: [
      spoilt({
        caseId: pushed.caseId,
        paper: 'receipt',
        copy: 1,
        at: 1,
        staffId: 'yangxm',
        language: 'zh-CN',
      }),
    ],
  };
  const head = spoilt({ seq: 1 + random.below(9), at: random.below(9e6) });
  // What has no canonical form cannot be signed by anybody.
  return bundleOf(station, { ...parts, head }).catch(() => bundleOf(station, parts));
}

/** `bundleOf` files actions by their ids. */
function keyed(action: SignedAction): boolean {
  return typeof (action as { body?: { id?: unknown } } | undefined)?.body?.id === 'string';
}

async function anyAction(
  { station, clerk, random }: Signing,
  { caseId, n, actions }: PushedCase,
): Promise<PushedCase> {
  const [kind, payload] = random.pick(KINDS) ?? KINDS[0];
  const action = await station.sign(caseId, clerk, { kind, payload: structuredClone(payload) as never });
  return { caseId, n: random.pick([0, n, actions.length, 9_999]) ?? 0, actions: [action] };
}

async function resigned(
  signing: Signing,
  change: (body: AnyActionBody) => AnyActionBody,
): Promise<PushedCase> {
  const pushed = await anyAction(signing, pick(signing.own, signing.random));
  const [action] = pushed.actions;
  if (action === undefined) throw new Error('no action');
  return { ...pushed, actions: [await signAction(change(action.body), signing.station.keys.privateKey)] };
}

async function spoiltThenSigned({ station, random }: Signing, pushed: PushedCase): Promise<PushedCase> {
  const spoiler = random.pick(SPOILER_NAMES.filter((name) => name !== 'deep JSON')) ?? 'wrong type';
  const actions = await Promise.all(
    pushed.actions.map((action) => {
      const body = spoiltCopy(action.body, spoiler, random) as AnyActionBody;
      // What has no canonical form cannot be signed by anybody.
      return signAction(body, station.keys.privateKey).catch(() => ({ ...action, body }));
    }),
  );
  return { ...pushed, actions };
}

function onLast(pushed: PushedCase, change: (action: SignedAction) => SignedAction): PushedCase {
  return {
    ...pushed,
    actions: pushed.actions.map((action, i, all) => (i === all.length - 1 ? change(action) : action)),
  };
}

function pick<T>(items: readonly T[], random: SeededRandom): T {
  const found = random.pick(items);
  if (found === undefined) throw new Error('nothing to choose from');
  return found;
}
