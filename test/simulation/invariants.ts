/** What must hold once everything has come to rest. Each answer is a sentence about what does not; its first words say of what kind it is. */
import type { CaseDocument, SignedAction } from '@sanji/sync/domain/action';
import { deviceOf } from '@sanji/sync/domain/action';
import type { Catalog } from '@sanji/sync/domain/catalog';
import { fold, headOf } from '@sanji/sync/domain/fold';
import { feedOf } from '@sanji/sync/domain/identifiers';
import type { MasterCase } from '@sanji/sync/replication/ports';
import { chainFindings } from './chain-invariants.ts';
import { relayFindings } from './relay-invariants.ts';
import { keyOf } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import type { Signatures } from './signatures.ts';
import type { SimulatedHub } from './simulated-hub.ts';
import type { SimulatedRelay } from './simulated-relay.ts';
import type { SimulatedStation } from './simulated-station.ts';

export interface Rested {
  hub: SimulatedHub;
  stations: readonly SimulatedStation[];
  relays: readonly SimulatedRelay[];
  ledger: Ledger;
  suspects: ReadonlySet<string>;
  signatures: Signatures;
  isTrueToTheByte: boolean;
}

export async function violations(rested: Rested): Promise<string[]> {
  const { hub, stations, ledger } = rested;
  const catalog = hub.catalog.index;
  const docs = [...hub.master.docs.values()].map(({ doc }) => doc);
  const serving = stations.filter(({ device }) => isActive(catalog, device.deviceId));
  return [
    ...lost(rested, catalog),
    ...intruders(rested, docs),
    ...docs.flatMap(ruledWrongly),
    ...idsTwice(docs),
    ...docs.flatMap((doc) => effectsFirst(rested, doc)),
    ...suspectedWithoutCause(rested, docs),
    ...numbersTwice(docs),
    ...serving.flatMap((station) => [...queueStands(station), ...apart(station, docs, ledger)]),
    ...relayFindings(rested, docs),
    ...feedsBehind(hub, docs),
    ...(await chainFindings(rested, docs)),
  ];
}

function isActive(catalog: Catalog, deviceId: string): boolean {
  return catalog.devices.get(deviceId)?.status === 'active';
}

/** In the master copy and ruled; or in quarantine with its device marked; or, when its device may no longer speak, still on its disk. */
function lost({ hub, stations, ledger }: Rested, catalog: Catalog): string[] {
  return [...ledger.entries.values()].flatMap(({ action, standing }) => {
    if (standing === 'sent' || standing === 'forged') return [];
    const { body, hash } = action;
    const doc = hub.master.docs.get(body.caseId)?.doc;
    if (doc?.actions[body.id]?.hash === hash)
      return doc.rulings[body.id] === undefined ? [`unruled: ${body.id}`] : [];
    const deviceId = deviceOf(action);
    if (hub.quarantine.entries.has(`${body.id}~${hash}`))
      return hub.quarantine.marks.has(deviceId) ? [] : [`unmarked: ${deviceId}`];
    // What was rejected and has left is not offered to a restored hub again: a person has it.
    if (hub.isRestored && stations.some(({ disk }) => disk.local.strays.has(keyOf(action)))) return [];
    if (!isActive(catalog, deviceId) && stations.some((station) => keeps(station, action))) return [];
    return [`lost: ${body.id} (${body.kind}) of ${body.caseId}`];
  });
}

function keeps({ disk: { local } }: SimulatedStation, action: SignedAction): boolean {
  const row = local.rows.get(action.body.caseId);
  const log = row?.kind === 'tombstone' ? row.kept?.log : row?.doc;
  const isThere = log?.actions[action.body.id]?.hash === action.hash;
  return isThere || local.strays.has(keyOf(action));
}

/** Nobody made it, or somebody pretended to be another: it is nowhere, and nobody is suspected for it. */
function intruders({ hub, ledger }: Rested, docs: MasterCase[]): string[] {
  const inMaster = docs.flatMap(({ actions }) => Object.values(actions));
  const aside = [...hub.quarantine.entries.values()].map(({ action }) => action);
  return [...inMaster, ...aside].flatMap((action) => {
    const standing = ledger.entries.get(keyOf(action))?.standing;
    return standing === undefined || standing === 'forged' ? [`intruder: ${action.body.id}`] : [];
  });
}

function ruledWrongly(doc: MasterCase): string[] {
  const found: string[] = [];
  const seqs = Object.values(doc.rulings).map(({ seq }) => seq);
  seqs.sort((a, b) => a - b);
  if (seqs.some((seq, i) => seq !== i + 1) || seqs.length !== doc.n)
    found.push(`not dense: ${doc._id} ${seqs.join(' ')}`);
  for (const [id, { body }] of Object.entries(doc.actions)) {
    if (body.id !== id || body.caseId !== doc._id) found.push(`in the wrong place: ${body.id}`);
    if (doc.rulings[id] === undefined) found.push(`unruled: ${id}`);
  }
  if (Object.keys(doc.rulings).some((id) => doc.actions[id] === undefined))
    found.push(`rulings of nothing: ${doc._id}`);
  for (const log of [doc, turned(doc)]) {
    if (JSON.stringify(headOf(fold(log))) !== JSON.stringify(doc.head))
      found.push(`head is not the fold: ${doc._id}`);
  }
  const certified = Object.values(doc.actions).filter(
    ({ body }) => body.kind === 'certify' && doc.rulings[body.id]?.verdict === 'accepted',
  );
  if (certified.length > 1) found.push(`certified twice: ${doc._id}`);
  return found;
}

/** What others did and an action stands on was ruled before it, after a restore too. */
function effectsFirst({ hub, suspects }: Rested, { actions, rulings }: MasterCase): string[] {
  // A hub that did not know that it was put back took work whose numbers happened to fit.
  if (hub.wasUnfinished) return [];
  return Object.values(actions).flatMap((action) => {
    const own = deviceOf(action);
    const { id, after } = action.body;
    const late = after.filter((cause) => {
      const by = deviceOf({ body: { id: cause } });
      const ruling = rulings[cause];
      // What was rejected once is not waited for.
      if (by === own || suspects.has(by) || ruling === undefined || hub.everRejected.has(cause)) return false;
      return ruling.seq > (rulings[id]?.seq ?? 0);
    });
    return late.map((cause) => `effect before cause: ${id} ${cause}`);
  });
}

/** An id is used once, whichever case it is in. */
function idsTwice(docs: MasterCase[]): string[] {
  const ids = docs.flatMap(({ actions }) => Object.keys(actions));
  const seen = new Set<string>();
  return ids.flatMap((id) => {
    const isSecond = seen.has(id);
    seen.add(id);
    return isSecond ? [`id twice: ${id}`] : [];
  });
}

/** Only who told two stories is marked for it, or finds a number of its own taken. */
function suspectedWithoutCause({ hub, suspects }: Rested, docs: MasterCase[]): string[] {
  // What does not come back after a restore leaves a gap, and that is said.
  const harmless = new Set(['device-revoked', ...(hub.isRestored ? ['chain-broken'] : [])]);
  const marked = [...hub.quarantine.marks].flatMap(([deviceId, reasons]) =>
    suspects.has(deviceId) || [...reasons].every((reason) => harmless.has(reason)) ? [] : [deviceId],
  );
  const denied = docs.flatMap(({ actions, rulings }) =>
    Object.values(actions).filter(
      (action) =>
        rulings[action.body.id]?.problem?.code === 'case-number-taken' && !suspects.has(deviceOf(action)),
    ),
  );
  return [
    ...marked.map((deviceId) => `suspected without cause: ${deviceId}`),
    ...denied.map(({ body }) => `number twice: by ${body.id}`),
  ];
}

/** The same log as another party may have got it together: what came last comes first. */
function turned({ _id, n, actions, rulings }: MasterCase): CaseDocument {
  const back = <T>(map: Record<string, T>) => Object.fromEntries(Object.entries(map).reverse());
  return { _id, n, actions: back(actions), rulings: back(rulings) };
}

/** Papers handed out: numbers of cases and of certificates. */
function numbersTwice(docs: MasterCase[]): string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  for (const { actions, rulings } of docs) {
    for (const { body } of Object.values(actions)) {
      if (rulings[body.id]?.verdict !== 'accepted') continue;
      if (body.kind !== 'receive' && body.kind !== 'certify') continue;
      const number = body.kind === 'receive' ? body.payload.caseNo : body.payload.certificateNo;
      if (seen.has(number)) found.push(`number twice: ${number}`);
      seen.add(number);
    }
  }
  return found;
}

function queueStands({ name, device, disk, status }: SimulatedStation): string[] {
  const { pending, relayed, parked } = disk.local.counts(device.deviceId);
  const found: string[] = [];
  if (pending + relayed + parked > 0)
    found.push(
      `queue blocked: ${name} ${String(pending)} pending, ${String(relayed)} relayed, ${String(parked)} parked`,
    );
  if (status.state !== 'idle')
    found.push(`not idle: ${name} is ${status.state} ${status.problem?.code ?? ''}`);
  return found;
}

/** Parties hold what the hub holds, others nothing; what of one's own was turned down and is out of sight lies in the tray. */
function apart(
  { name, device, disk: { local } }: SimulatedStation,
  docs: MasterCase[],
  ledger: Ledger,
): string[] {
  const { unit } = device;
  const found: string[] = [];
  const known = new Set(docs.map(({ _id }) => _id));
  for (const [caseId, row] of local.rows) {
    if (row.kind === 'case' && !known.has(caseId)) found.push(`unknown to the hub: ${name} ${caseId}`);
  }
  for (const doc of docs) {
    const row = local.rows.get(doc._id);
    if (doc.head.parties.includes(unit)) {
      if (row?.kind !== 'case' || !isSame(row.doc, doc)) found.push(`missed: ${name} ${doc._id}`);
      continue;
    }
    if (row?.kind === 'case') found.push(`leaked: ${name} still has ${doc._id}`);
    for (const action of Object.values(doc.actions)) {
      const entry = ledger.entries.get(keyOf(action));
      const isDropped =
        entry?.standing === 'made' &&
        entry.maker === name &&
        doc.rulings[action.body.id]?.verdict === 'rejected';
      if (isDropped && !local.strays.has(keyOf(action))) found.push(`not in the tray: ${action.body.id}`);
    }
  }
  return found;
}

/** To the last byte, in whatever order it came together. */
export function isSame(mine: CaseDocument, { n, actions, rulings }: MasterCase): boolean {
  return mine.n === n && isSameMap(mine.actions, actions) && isSameMap(mine.rulings, rulings);
}

function isSameMap(mine: Record<string, object>, theirs: Record<string, object>): boolean {
  const entries = Object.entries(theirs);
  return (
    Object.keys(mine).length === entries.length &&
    entries.every(
      ([key, value]) => mine[key] === value || JSON.stringify(mine[key]) === JSON.stringify(value),
    )
  );
}

function feedsBehind({ feeds }: SimulatedHub, docs: MasterCase[]): string[] {
  return docs.flatMap((doc) =>
    doc.head.ever.flatMap((unit) => {
      const entry = feeds.feeds.get(feedOf(unit))?.get(doc._id);
      const isRight = entry?.n === doc.n && entry.gone !== doc.head.parties.includes(unit);
      return isRight ? [] : [`feed behind: ${unit} ${doc._id}`];
    }),
  );
}
