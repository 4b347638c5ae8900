/** A file from a USB stick: another terminal's work is carried to the hub, the hub's answer to this terminal is applied here. */
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import { refused, type Problem, type Result } from '@sanji/sync/domain/problem';
import {
  bundleText,
  MAX_BUNDLE_FILE_BYTES,
  readBundle,
  verifyBundle,
  type Bundle,
} from '@sanji/sync/protocol/bundle';
import { isCutShort, openAnswer, type AnswerContent } from '@sanji/sync/protocol/bundle-content';
import { hubKeys } from '@sanji/sync/protocol/handover';
import type { Outcome } from '@sanji/sync/replication/record-answer';
import { hearAnswer } from '@sanji/sync/replication/recorded-hub';
import { carryBundle } from '#lib/hub/carry-bundle.ts';
import { DeviceSession } from '#lib/hub/device-session.ts';
import { changeBundleLog, readBundleLog } from '#lib/local/bundle-log.ts';
import type { DeviceRecord } from '#lib/local/station-database.ts';
import { openStation } from '#lib/local/station.ts';
import { catalogState } from '#lib/state/catalog.svelte.ts';
import { clock } from '#lib/state/clock.svelte.ts';
import { session } from '#lib/state/session.svelte.ts';
import type { BundleFile } from './export-bundle.ts';

export type Imported =
  | { kind: 'carried'; deviceId: string; outcome: Outcome; unreadable: number; answer: BundleFile }
  | { kind: 'answered'; cases: number; isCutShort: boolean };

export async function importBundle(file: Pick<File, 'size' | 'text'>): Promise<Result<Imported>> {
  const { device } = session;
  if (device === undefined || !session.isOpen) return refused('login-required');
  if (file.size > MAX_BUNDLE_FILE_BYTES) return refused('too-large', { maxBytes: MAX_BUNDLE_FILE_BYTES });
  const read = readBundle(await file.text());
  if (!read.ok) return read;
  const { purpose } = read.value;
  switch (purpose) {
    case 'upload':
      return carry(device, read.value);
    case 'answer':
      return hear(device, read.value);
    case 'handover':
      return refused('bundle-misplaced', { purpose });
  }
}

/** Held against the maker's key here already, where it is known: a file that was changed is said to be so without the line too. */
async function carry(device: DeviceRecord, bundle: Bundle): Promise<Result<Imported>> {
  const maker = catalogState.current.devices.get(bundle.deviceId);
  const broken = maker === undefined ? undefined : await verifyBundle(bundle, maker.publicKey);
  if (broken !== undefined) return { ok: false, problem: broken };
  const taken = await carryBundle(new DeviceSession(device), bundle);
  if (!taken.ok) return taken;
  const { deviceId, outcome, unreadable, answer } = taken.value;
  const name = `sanji-answer-${maker?.unit.slice(6) ?? deviceId}-${maker?.terminal ?? ''}-${String(bundle.seq).padStart(4, '0')}.json`;
  const file = { name, text: bundleText(answer) };
  return {
    ok: true,
    value: { kind: 'carried', deviceId, outcome, unreadable: unreadable.length, answer: file },
  };
}

async function hear(device: DeviceRecord, bundle: Bundle): Promise<Result<Imported>> {
  const { deviceId, unit } = device;
  const { to, seq } = bundle;
  const forged = await brokenFor(bundle, hubKeys(catalogState.current.devices));
  if (forged !== undefined) return { ok: false, problem: forged };
  if (to !== deviceId) return refused('bundle-not-ours', { deviceId: to ?? '' });
  const { database, seal, store } = await openStation();
  const last = (await readBundleLog(database)).answered;
  if (last !== undefined && seq < last.seq) return refused('bundle-older');
  const content = seal.key === undefined ? undefined : await openAnswer(seal.key, bundle);
  if (content === undefined) return refused('bundle-not-ours', { deviceId });
  const ports = { local: store, clock: { now: () => clock.read() }, deviceId, unit };
  const problem = await hearAnswer(ports, content);
  if (problem !== undefined) return { ok: false, problem };
  // Last: an answer that was not heard to its end may be imported again.
  await changeBundleLog(database, (log) => ({ ...log, answered: { seq, at: clock.read() } }));
  return { ok: true, value: { kind: 'answered', cases: casesOf(content), isCutShort: isCutShort(content) } };
}

/** A hub keeps its key over restores and changes its name, so any known hub's key may have signed. */
async function brokenFor(
  bundle: Bundle,
  keys: readonly DeviceKey['publicKey'][],
): Promise<Problem | undefined> {
  let found: Problem = { code: 'signature-unverifiable' };
  for (const key of keys) {
    const broken = await verifyBundle(bundle, key);
    if (broken === undefined) return undefined;
    found = broken;
  }
  return found;
}

/** How many cases the answer says something of. */
function casesOf({ results, pulls }: AnswerContent): number {
  const items = pulls.flatMap(({ said }) => (said.ok ? said.value.items : []));
  return new Set([
    ...results.map(({ result }) => result.caseId),
    ...items.flatMap((item) => (item.kind === 'catalog' ? [] : [item.caseId])),
  ]).size;
}
