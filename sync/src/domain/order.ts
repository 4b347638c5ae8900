/**
 * The one order in which a log is read: ruled actions by the hub's `seq`, then the pending ones by cause (`after`), then by their place
 * before a restore, then (device, counter). No clock takes part. Depends on the set of actions only, never on how they arrived.
 */
import type { ActionId } from './identifiers.ts';
import { counterOf, deviceOf } from './action.ts';
import type { CaseDocument, Ruling, SignedAction } from './action.ts';

export interface LogEntry {
  id: ActionId;
  action: SignedAction;
  ruling?: Ruling;
}

type Log = Pick<CaseDocument, 'actions' | 'rulings' | 'former'>;

export function order(doc: Log): LogEntry[] {
  const ruled: (LogEntry & { ruling: Ruling })[] = [];
  const pending = new Map<ActionId, LogEntry>();
  for (const [id, action] of Object.entries(doc.actions)) {
    const ruling = doc.rulings[id];
    if (ruling === undefined) pending.set(id, { id, action });
    else ruled.push({ id, action, ruling });
  }
  ruled.sort((a, b) => a.ruling.seq - b.ruling.seq || compareIds(a.id, b.id));
  return [...ruled, ...byCause(pending, comparedBy(doc))];
}

/** (device, counter), the counter as a number: `d.9` comes before `d.10`. */
export function compareIds(a: ActionId, b: ActionId): number {
  const [deviceA, deviceB] = [deviceOf({ body: { id: a } }), deviceOf({ body: { id: b } })];
  if (deviceA !== deviceB) return deviceA < deviceB ? -1 : 1;
  return counterOf(a) - counterOf(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** What stood in a log before a restore keeps its place, before what was never ruled. */
function comparedBy({ former }: Log): (a: ActionId, b: ActionId) => number {
  if (former === undefined) return compareIds;
  return (a, b) => {
    const [first, second] = [former[a], former[b]];
    if (first === undefined || second === undefined)
      return (first === undefined ? 1 : 0) - (second === undefined ? 1 : 0) || compareIds(a, b);
    return first.epoch - second.epoch || first.seq - second.seq || compareIds(a, b);
  };
}

/** The actions without successors: what a new action names in `after`. Sorted. */
export function tips(doc: Pick<CaseDocument, 'actions'>): ActionId[] {
  const followed = new Set(Object.values(doc.actions).flatMap((action) => action.body.after));
  return Object.keys(doc.actions)
    .filter((id) => !followed.has(id))
    .sort();
}

/** Causes before effects; a forged cycle of causes is cut where (device, counter) comes first, so the order stays total. */
function byCause(
  pending: Map<ActionId, LogEntry>,
  compare: (a: ActionId, b: ActionId) => number,
): LogEntry[] {
  const result: LogEntry[] = [];
  const entered = new Set<ActionId>();
  const ids = [...pending.keys()].sort(compare);
  // An explicit stack: a forged chain of thousands must not overflow the call stack.
  const stack: { entry: LogEntry; causes: ActionId[] }[] = [];
  const enter = (id: ActionId): void => {
    const entry = pending.get(id);
    if (entry === undefined || entered.has(id)) return;
    entered.add(id);
    stack.push({ entry, causes: [...entry.action.body.after].sort(compare).reverse() });
  };
  for (const id of ids) {
    enter(id);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const cause = top.causes.pop();
      if (cause !== undefined) enter(cause);
      else result.push((stack.pop() ?? top).entry);
    }
  }
  return result;
}
