/** How what comes from the hub enters the local store: one union write under the local revision, read again on a conflict (rule 8). */
import type { CaseId, DeviceId } from '../domain/identifiers.ts';
import { deviceOf } from '../domain/action.ts';
import type { CaseDocument, Ruling } from '../domain/action.ts';
import { contradictions, merge } from '../domain/merge.ts';
import { problem } from '../domain/problem.ts';
import type { PushedCase, PushResult } from '../protocol/messages.ts';
import type { Clock, LocalStore, Stray } from './ports.ts';

export interface ApplyPorts {
  local: LocalStore;
  clock: Clock;
  deviceId: DeviceId;
}

/** Idempotent, and harmless when late: `n` never goes back, tombstones included (rule 5). */
export async function applyCanonical(ports: ApplyPorts, incoming: CaseDocument): Promise<void> {
  for (;;) {
    const known = await ports.local.read(incoming._id);
    if (known?.kind === 'tombstone') {
      if (incoming.n <= known.goneN) return;
      if (await ports.local.write(incoming, known.revision)) return;
      continue;
    }
    if (known === undefined) {
      if (await ports.local.write(incoming, undefined)) return;
      continue;
    }
    const merged = merge(known.doc, incoming);
    if (isSame(known.doc, merged)) return;
    await keepContradicted(ports, known.doc, incoming);
    if (await ports.local.write(merged, known.revision)) return;
  }
}

/** A local action whose id the hub knows with other content (a cloned profile) goes to the tray, not to nowhere (rule 3). */
async function keepContradicted(
  { local, clock }: ApplyPorts,
  mine: CaseDocument,
  incoming: CaseDocument,
): Promise<void> {
  const strays = contradictions(mine, incoming).flatMap((id): Stray[] => {
    const action = mine.actions[id];
    const why = problem('action-id-reused', { actionId: id });
    const isLost = mine.rulings[id] === undefined && incoming.rulings[id] !== undefined;
    return action === undefined || !isLost
      ? []
      : [{ caseId: mine._id, action, problem: why, strayedAt: clock.now() }];
  });
  if (strays.length > 0) await local.addStrays(strays);
}

/** @param sent what the result answers: only rulings on that very content count */
export async function applyPushResult(
  ports: ApplyPorts,
  sent: PushedCase,
  result: PushResult,
): Promise<void> {
  switch (result.kind) {
    case 'canonical':
      return applyCanonical(ports, result.doc);
    case 'delta':
      return applyDelta(ports, result);
    case 'gone':
      return applyGone(ports, { caseId: result.caseId, n: result.n, rulings: result.rulings, sent });
    case 'refused':
      return ports.local.park(result.caseId, result.problem);
  }
}

async function applyDelta(
  { local }: ApplyPorts,
  { caseId, n, rulings }: Extract<PushResult, { kind: 'delta' }>,
): Promise<void> {
  for (;;) {
    const known = await local.read(caseId);
    // Gone in the meantime, by another tab: the rulings are in the master copy.
    if (known?.kind !== 'case') return;
    const merged = merge(known.doc, { _id: caseId, n, actions: {}, rulings });
    if (isSame(known.doc, merged) || (await local.write(merged, known.revision))) return;
  }
}

export interface Leaving {
  caseId: CaseId;
  n: number;
  rulings: Record<string, Ruling>;
  /** The push that was answered by `gone`. */
  sent: PushedCase;
}

/**
 * Deletes the local copy and leaves a tombstone. What of it was unruled or rejected is copied to the tray first (rule 13). An action the hub
 * has not seen yet stops the burial: it is dirty, will be pushed, and its answer buries (rule 12).
 */
export async function applyGone(ports: ApplyPorts, leaving: Leaving): Promise<void> {
  const { local } = ports;
  for (;;) {
    const known = await local.read(leaving.caseId);
    if (known?.kind !== 'case' || known.doc.n > leaving.n) return;
    const doc = merge(known.doc, {
      _id: leaving.caseId,
      n: leaving.n,
      actions: {},
      rulings: leaving.rulings,
    });
    const sent = new Set(leaving.sent.actions.map(({ hash }) => hash));
    const unseen = Object.values(doc.actions).some(
      ({ body, hash }) => doc.rulings[body.id] === undefined && !sent.has(hash),
    );
    if (unseen) return;
    const strays = straysOf(doc, ports);
    if (strays.length > 0) await local.addStrays(strays);
    if (await local.bury(leaving.caseId, leaving.n, known.revision)) return;
  }
}

function straysOf(doc: CaseDocument, { deviceId, clock }: ApplyPorts): Stray[] {
  return Object.values(doc.actions).flatMap((action): Stray[] => {
    const ruling = doc.rulings[action.body.id];
    const isOwn = deviceOf(action) === deviceId;
    if (ruling?.verdict === 'accepted' || (ruling !== undefined && !isOwn)) return [];
    // Sent and yet unruled: the hub holds other content under this id.
    const why = ruling?.problem ?? problem('action-id-reused', { actionId: action.body.id });
    return [{ caseId: doc._id, action, problem: why, strayedAt: clock.now() }];
  });
}

function isSame(a: CaseDocument, b: CaseDocument): boolean {
  return (
    a.n === b.n &&
    Object.keys(a.actions).length === Object.keys(b.actions).length &&
    Object.keys(a.rulings).length === Object.keys(b.rulings).length &&
    Object.entries(b.actions).every(
      ([id, action]) => a.actions[id] === action || a.actions[id]?.hash === action.hash,
    )
  );
}
