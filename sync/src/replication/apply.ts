/** How what comes from the hub enters the local store: one union write under the local revision, read again on a conflict (rule 8). */
import type { CaseId, DeviceId } from '../domain/identifiers.ts';
import { deviceOf } from '../domain/action.ts';
import type { CaseDocument, Ruling } from '../domain/action.ts';
import { contradictions, merge } from '../domain/merge.ts';
import { problem } from '../domain/problem.ts';
import type { PushedCase, PushResult } from '../protocol/messages.ts';
import type { Clock, LocalCase, LocalStore, LocalWrite, Stray } from './ports.ts';

export interface ApplyPorts {
  local: LocalStore;
  clock: Clock;
  deviceId: DeviceId;
}

/** What comes from the hub for one case: the canonical state, or rulings only, which mean nothing where the case is not. */
interface Incoming {
  doc: CaseDocument;
  isDelta: boolean;
}

/** Idempotent, and harmless when late: `n` never goes back, tombstones included (rule 5). */
export async function applyCanonical(ports: ApplyPorts, docs: CaseDocument[]): Promise<void> {
  await unite(
    ports,
    docs.map((doc) => ({ doc, isDelta: false })),
  );
}

/** One read and one write for all of them; those that met a conflict are read again (rule 8). */
async function unite(ports: ApplyPorts, incoming: Incoming[]): Promise<void> {
  const { local } = ports;
  let open = incoming;
  while (open.length > 0) {
    // The same case twice in one write would conflict with itself: the second waits for the next turn.
    const turn = [...new Map(open.toReversed().map((each) => [each.doc._id, each])).values()].toReversed();
    const known = await local.readMany(turn.map(({ doc }) => doc._id));
    const writes: LocalWrite[] = [];
    const strays: Stray[] = [];
    const moved: Incoming[] = [];
    for (const [i, each] of turn.entries()) {
      const mine = known[i];
      const doc = unionOf(mine, each);
      if (doc === undefined) continue;
      moved.push(each);
      writes.push({ doc, revision: mine?.revision });
      if (mine?.kind === 'case') strays.push(...contradicted(ports, mine.doc, each.doc));
    }
    if (strays.length > 0) await local.addStrays(strays);
    const verdicts = writes.length === 0 ? [] : await local.writeMany(writes);
    const refused = moved.filter((_, i) => verdicts[i] !== true);
    const done = new Set(turn);
    open = [...refused, ...open.filter((each) => !done.has(each))];
  }
}

/** Undefined when there is nothing to write. */
function unionOf(known: LocalCase | undefined, { doc, isDelta }: Incoming): CaseDocument | undefined {
  // Gone in the meantime, by another tab: the rulings are in the master copy.
  if (known?.kind !== 'case' && isDelta) return undefined;
  if (known === undefined) return doc;
  if (known.kind === 'tombstone') return doc.n > known.goneN ? doc : undefined;
  const merged = merge(known.doc, doc);
  return isSame(known.doc, merged) ? undefined : merged;
}

/** A local action whose id the hub knows with other content (a cloned profile) goes to the tray, not to nowhere (rule 3). */
function contradicted({ clock }: ApplyPorts, mine: CaseDocument, incoming: CaseDocument): Stray[] {
  return contradictions(mine, incoming).flatMap((id): Stray[] => {
    const action = mine.actions[id];
    const why = problem('action-id-reused', { actionId: id });
    const isLost = mine.rulings[id] === undefined && incoming.rulings[id] !== undefined;
    return action === undefined || !isLost
      ? []
      : [{ caseId: mine._id, action, problem: why, strayedAt: clock.now() }];
  });
}

export interface Answered {
  /** What the result answers: only rulings on that very content count. */
  sent: PushedCase;
  result: PushResult;
}

/** What stays is united in one write; what goes or cannot be taken is seen to case by case. */
export async function applyPushResults(ports: ApplyPorts, answered: Answered[]): Promise<void> {
  await unite(
    ports,
    answered.flatMap(({ result }): Incoming[] => {
      if (result.kind === 'canonical') return [{ doc: result.doc, isDelta: false }];
      if (result.kind !== 'delta') return [];
      const { caseId, n, rulings } = result;
      return [{ doc: { _id: caseId, n, actions: {}, rulings }, isDelta: true }];
    }),
  );
  for (const { sent, result } of answered) {
    if (result.kind === 'refused') await ports.local.park(result.caseId, result.problem);
    if (result.kind !== 'gone') continue;
    await applyGone(ports, { caseId: result.caseId, n: result.n, rulings: result.rulings, sent });
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
