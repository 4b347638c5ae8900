/**
 * A case that left a unit may be known to the hub alone until the unit that holds it now has pulled it. Should the hub be restored to a time
 * before, what was done here would be lost. So a station keeps its own part of the log for a while, others' words not, and offers it again.
 */
import type { CaseDocument, Ruling, SignedAction } from '../domain/action.ts';
import { deviceOf } from '../domain/action.ts';
import { epochOf, inEpoch } from '../domain/epoch.ts';
import type { ActionId, DeviceId } from '../domain/identifiers.ts';
import { merge } from '../domain/merge.ts';
import type { KeptWork, LocalCase } from './ports.ts';

/** Undefined when this device did nothing in the case that the hub accepted. What it rejected lies in the tray and is not offered by itself. */
export function keptWorkOf(doc: CaseDocument, deviceId: DeviceId, now: number): KeptWork | undefined {
  const actions: Record<ActionId, SignedAction> = {};
  const rulings: Record<ActionId, Ruling> = {};
  for (const [id, ruling] of Object.entries(doc.rulings)) {
    const { seq, verdict, receivedAt } = ruling;
    const action = doc.actions[id];
    // What own work may stand on and nobody brings back by itself.
    if (verdict === 'rejected') rulings[id] = { seq, verdict, receivedAt };
    else if (action !== undefined && deviceOf(action) === deviceId) {
      actions[id] = action;
      rulings[id] = ruling;
    }
  }
  if (Object.keys(actions).length === 0) return undefined;
  return { log: { _id: doc._id, ...inEpoch(epochOf(doc)), n: doc.n, actions, rulings }, since: now };
}

/** The local log as a union is to find it: of a tombstone what it keeps. */
export function logBehind(known: LocalCase): CaseDocument | undefined {
  return known.kind === 'case' ? known.doc : known.kept?.log;
}

/** `doc`, a later state of the case than the tombstone's, with what it keeps. */
export function withKept(doc: CaseDocument, kept: KeptWork | undefined): CaseDocument {
  if (kept === undefined) return doc;
  const { log } = kept;
  // The hub's own word says more than a bare ruling.
  const own = Object.entries(log.rulings).filter(([id]) => log.actions[id] !== undefined);
  const rulings = epochOf(log) === epochOf(doc) ? Object.fromEntries(own) : log.rulings;
  return merge({ ...log, rulings }, doc);
}
