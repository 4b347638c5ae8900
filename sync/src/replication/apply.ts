/** How what comes from the hub enters the local store: one union write under the local revision, read again on a conflict (rule 8). */
import type { CaseId, DeviceId } from '../domain/identifiers.ts';
import { deviceOf } from '../domain/action.ts';
import type { CaseDocument, Ruling, SignedAction } from '../domain/action.ts';
import { FIRST_EPOCH, epochOf, inEpoch } from '../domain/epoch.ts';
import { fold } from '../domain/fold.ts';
import { merge } from '../domain/merge.ts';
import { problem } from '../domain/problem.ts';
import { withRelayed } from '../domain/relayed.ts';
import type { Aside, PushedCase, PushResult } from '../protocol/messages.ts';
import { keptWorkOf, logBehind, withKept } from './kept-work.ts';
import type { KnownEpoch } from './known-epoch.ts';
import type { Clock, LocalCase, LocalStore, LocalWrite, NotedAnswer, Stray } from './ports.ts';

export interface ApplyPorts {
  local: LocalStore;
  clock: Clock;
  deviceId: DeviceId;
}

/** Who says that a case leaves makes a difference. */
export type LeavePorts = ApplyPorts & { known: Pick<KnownEpoch, 'isRelay'> };

/** What comes from the hub for one case. */
interface Incoming {
  /** The canonical state, or rulings only, which mean nothing where the case is not. */
  doc: CaseDocument;
  isDelta: boolean;
  /** What of the local copy the hub keeps outside the case. */
  aside: Aside[];
  /** Hashes of what the hub was offered of the case. */
  offered: ReadonlySet<string>;
}

/**
 * Idempotent, and harmless when late: `n` never goes back, tombstones included (rule 5). Gives back, unwritten, the cases in which an action
 * made here carries the id of another at the hub and was not offered yet: to be pushed first, so that the hub can file it (rule 3).
 */
export async function applyCanonical(ports: ApplyPorts, docs: CaseDocument[]): Promise<CaseDocument[]> {
  return unite(
    ports,
    docs.map((doc) => ({ doc, isDelta: false, aside: [], offered: new Set() })),
  );
}

export interface Contested {
  doc: CaseDocument;
  /** Hashes of the local actions that the hub was offered and cannot take: those go to the tray. */
  offered: ReadonlySet<string>;
}

/** As `applyCanonical`: gives back those in which such an action was made since. */
export async function applyContested(ports: ApplyPorts, cases: Contested[]): Promise<CaseDocument[]> {
  return unite(
    ports,
    cases.map((each) => ({ ...each, isDelta: false, aside: [] })),
  );
}

/** One read and one write for all of them; those that met a conflict are read again (rule 8). Answers with those held back. */
async function unite(ports: ApplyPorts, incoming: Incoming[]): Promise<CaseDocument[]> {
  const { local } = ports;
  const contested: CaseDocument[] = [];
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
      const log = mine === undefined ? undefined : logBehind(mine);
      const displaced = log === undefined ? [] : displacedFrom(log, doc);
      if (displaced.some(({ hash }) => !each.offered.has(hash))) {
        contested.push(each.doc);
        continue;
      }
      moved.push(each);
      writes.push({ doc, revision: mine?.revision });
      strays.push(...displaced.map((action) => strayOf(ports, action, each)));
    }
    if (strays.length > 0) await local.addStrays(strays);
    const verdicts = writes.length === 0 ? [] : await local.writeMany(writes);
    const refused = moved.filter((_, i) => verdicts[i] !== true);
    const done = new Set(turn);
    open = [...refused, ...open.filter((each) => !done.has(each))];
  }
  return contested;
}

/** Undefined when there is nothing to write. */
function unionOf(known: LocalCase | undefined, { doc, isDelta, aside }: Incoming): CaseDocument | undefined {
  // Gone in the meantime, by another tab: the rulings are in the master copy.
  if (known?.kind !== 'case' && isDelta) return undefined;
  if (known === undefined) return doc;
  if (known.kind === 'tombstone')
    return isLater(doc, graveOf(known)) ? withoutIdleFormer(withKept(doc, known.kept)) : undefined;
  // A whole copy of a relay's names all that it has; a delta only what was pushed.
  const relayed = isDelta ? [...(known.doc.relayed ?? []), ...(doc.relayed ?? [])] : (doc.relayed ?? []);
  const merged = withoutIdleFormer(withRelayed(without(merge(known.doc, doc), aside), relayed));
  return isSame(known.doc, merged) ? undefined : merged;
}

/** What was ruled before a restore is of no interest once everything is ruled again. */
function withoutIdleFormer(doc: CaseDocument): CaseDocument {
  const { former, ...settled } = doc;
  const isPending = Object.keys(doc.actions).some((id) => doc.rulings[id] === undefined);
  return former === undefined || isPending ? doc : settled;
}

/** The log without what the hub keeps outside it. */
function without(doc: CaseDocument, aside: Aside[]): CaseDocument {
  if (aside.length === 0) return doc;
  const gone = new Set(aside.map(({ hash }) => hash));
  const actions = Object.entries(doc.actions).filter(([, { hash }]) => !gone.has(hash));
  return { ...doc, actions: Object.fromEntries(actions) };
}

/** Rule 3: what of the local log is not in the union, since its id belongs to other content. It goes to the tray, not to nowhere. */
function displacedFrom(mine: CaseDocument, union: CaseDocument): SignedAction[] {
  return Object.values(mine.actions).filter(({ body, hash }) => union.actions[body.id]?.hash !== hash);
}

function strayOf({ clock }: ApplyPorts, action: SignedAction, { aside }: Pick<Incoming, 'aside'>): Stray {
  const { id: actionId, caseId } = action.body;
  const why = aside.find(({ hash }) => hash === action.hash)?.problem;
  return {
    caseId,
    action,
    problem: why ?? problem('action-id-reused', { actionId }),
    strayedAt: clock.now(),
  };
}

export interface Answered {
  /** What the result answers: only rulings on that very content count. */
  sent: PushedCase;
  result: PushResult;
}

/** What stays is united in one write; what goes or cannot be taken is seen to case by case. */
export async function applyPushResults(
  ports: LeavePorts,
  answered: Answered[],
  epoch: number,
): Promise<void> {
  // What is held back here was made while the answer was under way: the case is dirty and will be pushed again.
  await unite(
    ports,
    answered.flatMap(({ sent, result }): Incoming[] => {
      const offered = sent.actions.map(({ hash }) => hash);
      if (result.kind === 'canonical')
        return [{ doc: result.doc, isDelta: false, aside: result.aside, offered: new Set(offered) }];
      return result.kind === 'delta' ? [incomingOf({ epoch, offered, result })] : [];
    }),
  );
  for (const { sent, result } of answered) {
    if (result.kind === 'refused') await ports.local.park(result.caseId, result.problem);
    if (result.kind !== 'gone') continue;
    const { caseId, n, rulings, aside } = result;
    await applyGone(ports, { caseId, epoch, n, rulings, aside, sent });
  }
}

/** What was noted of answers goes into the cases, in one write. Idempotent. */
export async function applyNoted(ports: ApplyPorts, answers: NotedAnswer[]): Promise<void> {
  await unite(ports, answers.map(incomingOf));
}

function incomingOf({ epoch, offered, result }: NotedAnswer): Incoming {
  const { caseId, n, rulings, relayed = [] } = result;
  const doc = { _id: caseId, ...inEpoch(epoch), n, actions: {}, rulings, relayed };
  return { doc, isDelta: true, aside: [], offered: new Set(offered) };
}

export interface Leaving {
  caseId: CaseId;
  epoch: number;
  n: number;
  rulings: Record<string, Ruling>;
  aside: Aside[];
  /** The push that was answered by `gone`. */
  sent: PushedCase;
}

/**
 * Deletes the local copy and leaves a tombstone with what is kept. What was unruled or rejected is copied to the tray first (rule 13). An action the hub
 * has not seen yet stops the burial: it is dirty, will be pushed, and its answer buries (rule 12).
 */
export async function applyGone(ports: LeavePorts, leaving: Leaving): Promise<void> {
  const { local } = ports;
  for (;;) {
    const known = await local.read(leaving.caseId);
    if (known?.kind !== 'case' || isLater(known.doc, leaving)) return;
    const doc = merge(known.doc, {
      _id: leaving.caseId,
      ...inEpoch(leaving.epoch),
      n: leaving.n,
      actions: {},
      rulings: leaving.rulings,
    });
    const sent = new Set(leaving.sent.actions.map(({ hash }) => hash));
    const unseen = Object.values(doc.actions).some(
      ({ body, hash }) => doc.rulings[body.id] === undefined && !sent.has(hash),
    );
    if (unseen) return;
    const strays = straysOf(ports, doc, leaving);
    if (strays.length > 0) await local.addStrays(strays);
    const kept = keptWorkOf(doc, ports.deviceId, ports.clock.now());
    // A relay speaks for the street it knows: should the district have led the unit elsewhere, that very state is still the unit's.
    const n = ports.known.isRelay ? Math.max(0, leaving.n - 1) : leaving.n;
    const gone = { n, epoch: leaving.epoch, rulings: leaving.rulings, ...(kept && { kept }) };
    if (await local.bury(leaving.caseId, gone, known.revision)) return;
  }
}

function straysOf(ports: ApplyPorts, doc: CaseDocument, leaving: Leaving): Stray[] {
  const strays = Object.values(doc.actions).flatMap((action): Stray[] => {
    const ruling = doc.rulings[action.body.id];
    const isOwn = deviceOf(action) === ports.deviceId;
    if (ruling?.verdict === 'accepted' || (ruling !== undefined && !isOwn)) return [];
    // Sent and yet unruled: the hub holds other content under this id.
    const stray = strayOf(ports, action, leaving);
    return [ruling?.problem === undefined ? stray : { ...stray, problem: ruling.problem, seq: ruling.seq }];
  });
  // Once the case is gone, nobody here could say which it was.
  const caseNo = strays.length === 0 ? undefined : fold(doc).caseNo;
  return caseNo === undefined ? strays : strays.map((stray) => ({ ...stray, caseNo }));
}

/** Rule 5 over restores: canonical states are ordered by epoch, then `n`. */
export function isLater(a: Standing, b: Standing): boolean {
  return epochOf(a) === epochOf(b) ? a.n > b.n : epochOf(a) > epochOf(b);
}

type Standing = Pick<CaseDocument, 'epoch' | 'n'>;

function graveOf({ goneN, goneEpoch }: { goneN: number; goneEpoch?: number }): Standing {
  return { n: goneN, ...inEpoch(goneEpoch ?? FIRST_EPOCH) };
}

function isSame(a: CaseDocument, b: CaseDocument): boolean {
  return (
    a.n === b.n &&
    epochOf(a) === epochOf(b) &&
    Object.keys(a.actions).length === Object.keys(b.actions).length &&
    Object.keys(a.rulings).length === Object.keys(b.rulings).length &&
    JSON.stringify(a.relayed) === JSON.stringify(b.relayed) &&
    Object.entries(b.actions).every(
      ([id, action]) => a.actions[id] === action || a.actions[id]?.hash === action.hash,
    )
  );
}
