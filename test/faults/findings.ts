/** What must hold when everything works again: nothing acknowledged is lost or changed, nothing made is missing, all copies are equal. */
import { isDeepStrictEqual } from 'node:util';
import type { MasterCase } from '@sanji/sync/replication/ports';
import type { HubStores } from '@sanji/server/store/open-store';
import type { WorkerStation } from './worker-station.ts';

export async function masterCases({ master }: Pick<HubStores, 'master'>): Promise<Map<string, MasterCase>> {
  const found = new Map<string, MasterCase>();
  for (let since: string | null = null; ;) {
    const page: { ids: string[]; last: string } = await master.changes(since, 500);
    if (page.ids.length === 0) return found;
    for (const doc of await master.getMany(page.ids)) if (doc !== undefined) found.set(doc._id, doc);
    since = page.last;
  }
}

export function findingsOf(
  masters: ReadonlyMap<string, MasterCase>,
  stations: readonly WorkerStation[],
): string[] {
  return [
    ...[...masters.values()].flatMap(ruledWrongly),
    ...stations.flatMap((worker) => [
      ...lost(masters, worker),
      ...changed(masters, worker),
      ...apart(masters, worker),
    ]),
  ];
}

function ruledWrongly({ _id, n, actions, rulings }: MasterCase): string[] {
  const seqs = Object.values(rulings).map(({ seq }) => seq);
  const isDense = isDeepStrictEqual(
    seqs.sort((a, b) => a - b),
    Array.from({ length: n }, (_, i) => i + 1),
  );
  const unruled = Object.keys(actions).filter((id) => rulings[id] === undefined);
  return [
    ...(isDense ? [] : [`rulings of ${_id} are not 1…${String(n)}`]),
    ...unruled.map((id) => `unruled: ${id}`),
  ];
}

function lost(masters: ReadonlyMap<string, MasterCase>, worker: WorkerStation): string[] {
  return worker.made().flatMap(({ caseId, actionId, hash }) => {
    const kept = masters.get(caseId)?.actions[actionId];
    return kept?.hash === hash ? [] : [`lost: ${actionId} of ${caseId}`];
  });
}

function changed(masters: ReadonlyMap<string, MasterCase>, { acknowledged }: WorkerStation): string[] {
  return [...acknowledged.values()].flatMap(({ caseId, actionId, hash, seq, verdict }) => {
    const master = masters.get(caseId);
    const now = master?.rulings[actionId];
    const isSame = master?.actions[actionId]?.hash === hash && now?.seq === seq && now.verdict === verdict;
    return isSame ? [] : [`acknowledged, then not: ${actionId} of ${caseId}`];
  });
}

function apart(masters: ReadonlyMap<string, MasterCase>, worker: WorkerStation): string[] {
  const { unit } = worker.station.terminal;
  const here = new Map(worker.docs.map((doc) => [doc._id, doc]));
  const due = [...masters.values()].filter(({ head }) => head.parties.includes(unit));
  const missing = due.filter(({ _id }) => !here.has(_id)).map(({ _id }) => `${unit} has not got ${_id}`);
  const unequal = [...here.values()].filter(({ _id, n, actions, rulings }) => {
    const master = masters.get(_id);
    return !isDeepStrictEqual([n, actions, rulings], [master?.n, master?.actions, master?.rulings]);
  });
  return [...missing, ...unequal.map(({ _id }) => `${unit} holds another ${_id} than the hub`)];
}
