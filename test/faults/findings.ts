/** What must hold when everything works again: nothing acknowledged is lost or changed, nothing made is missing, all copies are equal. */
import { isDeepStrictEqual } from 'node:util';
import { fold } from '@sanji/sync/domain/fold';
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

/**
 * What stations still have to send or to hear: nothing when the hub has ruled everything and its router has told every unit. All that
 * happened came from these stations, and the last one to act on a case was answered, so the highest `n` among them is the hub's.
 */
export function unsettled(stations: readonly WorkerStation[]): string[] {
  const highest = new Map<string, { n: number; parties: string[] }>();
  for (const { docs } of stations)
    for (const doc of docs)
      if (doc.n > (highest.get(doc._id)?.n ?? -1))
        highest.set(doc._id, { n: doc.n, parties: fold(doc).parties });
  return stations.flatMap(({ docs, station }) => {
    const { deviceId, unit } = station.terminal;
    const { state, pending, problem } = station.loop.status;
    const here = new Map(docs.map(({ _id, n }) => [_id, n]));
    const late = [...highest].filter(([id, { n, parties }]) => parties.includes(unit) && here.get(id) !== n);
    return [
      ...(state === 'idle' ? [] : [`${deviceId} is ${state}: ${String(problem?.code)}`]),
      ...(pending === 0 ? [] : [`${deviceId} waits for ${String(pending)} rulings`]),
      ...late.map(([id, { n }]) => `${deviceId} has ${id} at ${String(here.get(id))} of ${String(n)}`),
    ];
  });
}

export function findingsOf(
  masters: ReadonlyMap<string, MasterCase>,
  stations: readonly WorkerStation[],
): string[] {
  return [
    ...[...masters.values()].flatMap(ruledWrongly),
    ...numberedTwice(masters),
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

function numberedTwice(masters: ReadonlyMap<string, MasterCase>): string[] {
  const numbers = [...masters.values()].map(({ head }) => head.caseNo);
  return numbers
    .filter((caseNo, i) => numbers.indexOf(caseNo) !== i)
    .map((caseNo) => `twice: ${String(caseNo)}`);
}

function lost(masters: ReadonlyMap<string, MasterCase>, { made }: WorkerStation): string[] {
  return [...made.values()].flatMap(({ caseId, actionId, hash }) => {
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

function apart(masters: ReadonlyMap<string, MasterCase>, { docs, station }: WorkerStation): string[] {
  const { unit } = station.terminal;
  const here = new Map(docs.map((doc) => [doc._id, doc]));
  const due = [...masters.values()].filter(({ head }) => head.parties.includes(unit));
  const missing = due.filter(({ _id }) => !here.has(_id)).map(({ _id }) => `${unit} has not got ${_id}`);
  const unequal = [...here.values()].filter(({ _id, n, actions, rulings }) => {
    const master = masters.get(_id);
    return !isDeepStrictEqual([n, actions, rulings], [master?.n, master?.actions, master?.rulings]);
  });
  return [...missing, ...unequal.map(({ _id }) => `${unit} holds another ${_id} than the hub`)];
}
