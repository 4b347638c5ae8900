/**
 * What a terminal that was taken out of service hands over: the only thing its signature is still good for. Nothing of it is ruled, since
 * whoever holds the terminal may have written it; each action waits in quarantine for an administrator.
 */
import { deviceOf, type SignedAction } from '@sanji/sync/domain/action';
import type { DeviceKey } from '@sanji/sync/domain/catalog';
import { problem, refused, retryOf, type Problem, type Result } from '@sanji/sync/domain/problem';
import type { Bundle, SealedPart } from '@sanji/sync/protocol/bundle';
import { makeReceipt, type HandoverReceipt } from '@sanji/sync/protocol/handover';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import { fileAside } from '@sanji/sync/replication/claim-actions';
import { judgePush } from '@sanji/sync/replication/judge';
import type { Container } from '../container.ts';
import type { DirectoryStore } from '../store/directory-store.ts';
import { openBundle, proveMaker, type MakerDeps, type OpenedBundle } from './open-bundle.ts';

export type HandoverDeps = MakerDeps &
  Pick<Container, 'audit' | 'catalog' | 'clock' | 'hubDevice' | 'judge'> & { directory: DirectoryStore };

export interface HandedOver {
  /** Actions in quarantine for this bundle. */
  filed: number;
  /** False when the bundle was handed over before. */
  isNew: boolean;
  receipt: HandoverReceipt;
}

/** What one terminal may leave behind: many times a station's unsent work, and no way to fill the store. */
export const MAX_HANDOVER_CHARS = 64_000_000;

interface HandoverRecord {
  /** Actions filed, by the bundle's hash. */
  bundles: { [hash: string]: number };
  chars: number;
}

/** Idempotent. Problems: `forbidden` while the terminal is in service, `too-large`, those of `proveMaker`, `unavailable`. */
export async function handOver(deps: HandoverDeps, bundle: Bundle): Promise<Result<HandedOver>> {
  const { purpose, deviceId, hash } = bundle;
  if (purpose !== 'handover') return refused('bundle-misplaced', { purpose });
  const maker = await proveMaker(deps, bundle);
  if (!maker.ok) return maker;
  const { device, key } = maker.value;
  if (device.status !== 'revoked') return refused('forbidden');
  const records = deps.directory.documents<HandoverRecord>('handover');
  const before = (await records.find(deviceId))?.value;
  const known = before?.bundles[hash];
  if (known !== undefined) return receipted(deps, bundle, { filed: known, isNew: false });
  const chars = bundle.parts.reduce((sum, { sealed }) => sum + sealed.length, 0);
  if ((before?.chars ?? 0) + chars > MAX_HANDOVER_CHARS)
    return refused('too-large', { maxBytes: MAX_HANDOVER_CHARS });
  const opened = await openBundle(bundle, key);
  const filed = await fileAll(deps, device, opened);
  if (!filed.ok) return filed;
  await logReports(deps, device, opened);
  for (let isNoted = false; !isNoted;) {
    const found = await records.find(deviceId);
    const value = {
      bundles: { ...found?.value.bundles, [hash]: filed.value },
      chars: (found?.value.chars ?? 0) + chars,
    };
    isNoted = (await records.put(deviceId, value, found?.rev)) === 'written';
  }
  return receipted(deps, bundle, { filed: filed.value, isNew: true });
}

async function receipted(
  { clock, hubDevice }: HandoverDeps,
  bundle: Bundle,
  done: Omit<HandedOver, 'receipt'>,
): Promise<Result<HandedOver>> {
  const receipt = await makeReceipt(bundle, clock.now(), hubDevice.signValue);
  return { ok: true, value: { ...done, receipt } };
}

/** Written down as the terminal tells it: that a person looked or printed must not be lost with the terminal. */
async function logReports(
  { audit }: HandoverDeps,
  { deviceId }: DeviceKey,
  { reveals, prints }: OpenedBundle,
): Promise<void> {
  for (const { staffId, caseId, field, reason, at } of reveals) {
    const details = { group: field, reason, at, device: deviceId, handedOver: true };
    await audit({ kind: 'reveal', staffId, object: `case:${caseId}`, result: 'ok', details });
  }
  for (const { staffId, caseId, paper, copy, language, at } of prints) {
    const details = { paper, copy, language, at, device: deviceId, handedOver: true };
    await audit({ kind: 'print', staffId, object: `case:${caseId}`, result: 'ok', details });
  }
}

/** How many actions are in quarantine for it. Idempotent; a problem passes, and then nothing may be deleted. */
export async function fileAll(
  deps: HandoverDeps,
  device: DeviceKey,
  { cases, strays, unreadable }: OpenedBundle,
): Promise<Result<number>> {
  await keepSealed(deps, device, unreadable);
  let filed = 0;
  for (const pushed of [...cases, ...strays]) {
    const fresh = await unknownTo(deps, pushed);
    const byOthers = fresh.filter((action) => isInService(deps, action));
    const refusal =
      byOthers.length === 0 ? undefined : await carryFor(deps, device, { ...pushed, actions: byOthers });
    if (refusal !== undefined && retryOf(refusal) === 'backoff') return { ok: false, problem: refusal };
    for (const action of fresh) {
      if (byOthers.includes(action) && refusal === undefined) continue;
      await fileAside(deps.judge, action, {
        problem: refusal ?? (await whyAside(deps, action)),
        isRuled: false,
      });
      filed += 1;
    }
  }
  return { ok: true, value: filed };
}

/** What the hub has already is not handed over: the terminal had merely not heard of it. */
async function unknownTo({ judge }: HandoverDeps, { caseId, actions }: PushedCase): Promise<SignedAction[]> {
  const [master] = await judge.master.getMany([caseId]);
  return actions.filter(({ body, hash }) => master?.actions[body.id]?.hash !== hash);
}

function isInService({ findDevice }: HandoverDeps, action: SignedAction): boolean {
  return findDevice(deviceOf(action))?.status === 'active';
}

/** Others' work that the terminal kept for a restored hub is ruled like any other (rule 6). */
async function carryFor(
  { judge }: HandoverDeps,
  { unit }: DeviceKey,
  pushed: PushedCase,
): Promise<Problem | undefined> {
  const [result] = (await judgePush(judge, { v: 1, cases: [pushed] }, unit)).results;
  return result?.kind === 'refused' ? result.problem : undefined;
}

async function whyAside({ judge, findDevice }: HandoverDeps, action: SignedAction): Promise<Problem> {
  const deviceId = deviceOf(action);
  const device = findDevice(deviceId);
  if (device === undefined) return problem('device-unknown', { deviceId });
  const isGenuine = await judge.verify(action, device);
  return isGenuine
    ? problem('handed-over', { deviceId })
    : problem('signature-invalid', { actionId: action.body.id });
}

/** Damaged before it was handed over. The terminal deletes its own, so these bytes are the last there are. */
async function keepSealed(
  { directory }: HandoverDeps,
  { deviceId }: DeviceKey,
  parts: SealedPart[],
): Promise<void> {
  const kept = directory.documents<SealedPart>('handover-sealed');
  // A conflict means that it was kept before.
  for (const part of parts) await kept.put(`${deviceId}.${part.label}`, part);
}
