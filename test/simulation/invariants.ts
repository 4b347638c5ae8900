/** What must hold once everything has come to rest. Each answer is a sentence about what does not. */
import type { SignedAction } from '@sanji/sync/domain/action';
import { counterOf, deviceOf } from '@sanji/sync/domain/action';
import { fold, headOf } from '@sanji/sync/domain/fold';
import { feedOf } from '@sanji/sync/domain/identifiers';
import type { MemoryFeedStore, MemoryMasterStore } from '@sanji/sync/testing/memory-hub-stores';
import type { MemoryLocalStore } from '@sanji/sync/testing/memory-local-store';

export interface Rested {
  master: MemoryMasterStore;
  feeds: MemoryFeedStore;
  stations: { deviceId: string; unit: string; local: MemoryLocalStore }[];
  /** Every action that ever stood in a store, by id and hash. */
  ledger: ReadonlyMap<string, SignedAction>;
}

export function violations(rested: Rested): string[] {
  return [
    ...lost(rested),
    ...ruledWrongly(rested),
    ...stationsApart(rested),
    ...feedsBehind(rested),
    ...chains(rested),
  ];
}

function lost({ master, ledger }: Rested): string[] {
  return [...ledger.values()].flatMap(({ body, hash }) => {
    const doc = master.docs.get(body.caseId)?.doc;
    if (doc?.actions[body.id]?.hash !== hash)
      return [`lost: ${body.id} (${body.kind}) is not in the master copy`];
    return doc.rulings[body.id] === undefined ? [`unruled: ${body.id}`] : [];
  });
}

function ruledWrongly({ master }: Rested): string[] {
  const found: string[] = [];
  const numbers = new Set<string>();
  for (const { doc } of master.docs.values()) {
    const seqs = Object.values(doc.rulings)
      .map(({ seq }) => seq)
      .sort((a, b) => a - b);
    if (seqs.some((seq, i) => seq !== i + 1) || seqs.length !== doc.n)
      found.push(`not dense: ${doc._id} ${seqs.join(' ')}`);
    if (Object.keys(doc.actions).sort().join() !== Object.keys(doc.rulings).sort().join())
      found.push(`rulings of nothing: ${doc._id}`);
    const state = fold(doc);
    if (JSON.stringify(headOf(state)) !== JSON.stringify(doc.head))
      found.push(`head is not the fold: ${doc._id}`);
    if (state.caseNo === undefined) continue;
    if (numbers.has(state.caseNo)) found.push(`number twice: ${state.caseNo}`);
    numbers.add(state.caseNo);
  }
  return found;
}

function stationsApart({ master, stations }: Rested): string[] {
  const found: string[] = [];
  for (const { deviceId, unit, local } of stations) {
    const { pending, parked } = local.counts(deviceId);
    if (pending + parked > 0)
      found.push(`${deviceId} has ${String(pending)} pending, ${String(parked)} parked`);
    for (const { doc } of master.docs.values()) {
      const row = local.rows.get(doc._id);
      if (doc.head.parties.includes(unit)) {
        const { head: _head, ...log } = doc;
        if (row?.kind !== 'case' || sorted(row.doc) !== sorted(log))
          found.push(`missed: ${deviceId} ${doc._id}`);
        continue;
      }
      if (row?.kind === 'case') found.push(`leaked: ${deviceId} still has ${doc._id}`);
      for (const action of Object.values(doc.actions)) {
        const isDropped =
          deviceOf(action) === deviceId && doc.rulings[action.body.id]?.verdict === 'rejected';
        const key = `${action.body.id} ${action.hash}`;
        if (isDropped && !local.strays.has(key)) found.push(`not in the tray: ${key}`);
      }
    }
  }
  return found;
}

function sorted({ n, actions, rulings }: { n: number; actions: object; rulings: object }): string {
  const byKey = (map: object) => Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([n, byKey(actions), byKey(rulings)]);
}

function feedsBehind({ master, feeds }: Rested): string[] {
  return [...master.docs.values()].flatMap(({ doc }) =>
    doc.head.ever.flatMap((unit) => {
      const entry = feeds.feeds.get(feedOf(unit))?.get(doc._id);
      const isRight = entry?.n === doc.n && entry.gone !== doc.head.parties.includes(unit);
      return isRight ? [] : [`feed behind: ${unit} ${doc._id}`];
    }),
  );
}

/** Gaps in the counter are allowed, forks and holes in the chain are not. */
function chains({ ledger }: Rested): string[] {
  const found: string[] = [];
  for (const [device, actions] of Map.groupBy(ledger.values(), deviceOf)) {
    let tip: string | null = null;
    let last = 0;
    for (const { body, hash } of actions.sort((a, b) => counterOf(a.body.id) - counterOf(b.body.id))) {
      if (counterOf(body.id) === last) found.push(`id used twice: ${body.id}`);
      if (body.prev !== tip) found.push(`chain broken: ${device} at ${body.id}`);
      tip = hash;
      last = counterOf(body.id);
    }
  }
  return found;
}
