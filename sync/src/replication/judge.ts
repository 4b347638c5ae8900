/**
 * The hub's word on what stations push: verifies, unites with the master copy under compare-and-set, and rules every action once, densely.
 * Any number of hub processes may run it at once. It must not answer before what it says is stored.
 */
import type { ActionId, CaseId, UnitCode } from '../domain/identifiers.ts';
import type { AnyActionBody, CaseDocument, Ruling, SignedAction } from '../domain/action.ts';
import type { Catalog, DeviceKey } from '../domain/catalog.ts';
import { decide } from '../domain/decide.ts';
import type { DecideContext } from '../domain/decide.ts';
import { fold, headOf } from '../domain/fold.ts';
import { order } from '../domain/order.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { Actor, CaseState } from '../domain/state.ts';
import { PROTOCOL_VERSION } from '../protocol/messages.ts';
import type { PushAnswer, PushedCase, PushRequest, PushResult } from '../protocol/messages.ts';
import { inspect } from './inspect.ts';
import type { Clock, MasterCase, MasterStore, Quarantine } from './ports.ts';

export interface JudgePorts {
  master: MasterStore;
  quarantine: Quarantine;
  clock: Clock;
  /** As of now; the judge keeps no copy. */
  catalog: () => Catalog;
  /** True when hash and signature are the device's. */
  verify: (action: SignedAction, device: DeviceKey) => Promise<boolean>;
  /** Wakes the router. Called after the write, before the answer. */
  onWritten: (caseIds: CaseId[]) => void;
  /** A case on which our own code failed: for the log, never with its content. */
  onFault: (caseId: CaseId, error: unknown) => void;
}

/** Under contention each round at least one process gets its write through; past this the store is not well. */
const MAX_ROUNDS = 60;

/** @param unit of the device that carries the push: it decides what may be answered, not what may be ruled (rule 6). */
export async function judgePush(
  ports: JudgePorts,
  request: PushRequest,
  unit: UnitCode,
): Promise<PushAnswer> {
  const results = new Map<PushedCase, PushResult>();
  const inspected = new Set<PushedCase>();
  // The same case twice in one batch would conflict with itself.
  const distinct = Map.groupBy(request.cases, ({ caseId }) => caseId);
  const repeated = [...distinct.values()].flatMap((same) => same.slice(1));
  let open = request.cases.filter((pushed) => !repeated.includes(pushed));
  for (let round = 0; open.length > 0 && round < MAX_ROUNDS; round++) {
    const masters = await ports.master.getMany(open.map(({ caseId }) => caseId));
    await Promise.all(
      open.map(async (pushed, i) => {
        if (inspected.has(pushed)) return;
        inspected.add(pushed);
        const found = await inspect(ports, pushed, masters[i]);
        if (found !== undefined) results.set(pushed, refusal(pushed, found));
      }),
    );
    open = await ruleAll(ports, { open, masters, unit, results });
  }
  for (const pushed of [...open, ...repeated]) results.set(pushed, refusal(pushed, problem('unavailable')));
  return {
    v: PROTOCOL_VERSION,
    hubNow: ports.clock.now(),
    results: request.cases.map((pushed) => results.get(pushed) ?? refusal(pushed, problem('unavailable'))),
  };
}

interface Batch {
  open: PushedCase[];
  masters: (MasterCase | undefined)[];
  unit: UnitCode;
  results: Map<PushedCase, PushResult>;
}

/** One read has been done, one write follows; what met a conflict comes back for the next round. */
async function ruleAll(ports: JudgePorts, { open, masters, unit, results }: Batch): Promise<PushedCase[]> {
  const changed: { pushed: PushedCase; next: MasterCase }[] = [];
  for (const [i, pushed] of open.entries()) {
    if (results.has(pushed)) continue;
    const master = masters[i];
    await quarantineOthers(ports, pushed, master);
    try {
      const next = rule(ports, pushed, master);
      if (next === undefined) results.set(pushed, answer(pushed, master, unit));
      else changed.push({ pushed, next });
    } catch (error) {
      ports.onFault(pushed.caseId, error);
      results.set(pushed, refusal(pushed, problem('internal', { reference: pushed.caseId })));
    }
  }
  if (changed.length === 0) return [];
  const verdicts = await ports.master.putMany(changed.map(({ next }) => next));
  const written = changed.filter((_, i) => verdicts[i] === 'written');
  if (written.length > 0) ports.onWritten(written.map(({ pushed }) => pushed.caseId));
  for (const { pushed, next } of written) results.set(pushed, answer(pushed, next, unit));
  return changed.filter((_, i) => verdicts[i] !== 'written').map(({ pushed }) => pushed);
}

/** The master with every pushed action in it and ruled; undefined when nothing is new. Pure but for the clock. */
export function rule(
  { clock, catalog }: Pick<JudgePorts, 'clock' | 'catalog'>,
  pushed: PushedCase,
  master: MasterCase | undefined,
): MasterCase | undefined {
  const known: CaseDocument = master ?? { _id: pushed.caseId, n: 0, actions: {}, rulings: {} };
  const fresh: Record<ActionId, SignedAction> = {};
  for (const action of pushed.actions) {
    if (known.actions[action.body.id] === undefined) fresh[action.body.id] ??= action;
  }
  if (Object.keys(fresh).length === 0) return undefined;
  const now = clock.now();
  const today = catalog();
  let doc: CaseDocument = {
    _id: known._id,
    n: known.n,
    actions: { ...known.actions },
    rulings: { ...known.rulings },
  };
  let state = fold(doc);
  for (const { id, action } of order({ actions: fresh, rulings: {} })) {
    const found = verdictOn(state, action.body, { now, catalog: today });
    const verdict: Ruling = {
      seq: doc.n + 1,
      receivedAt: now,
      ...(found === undefined ? { verdict: 'accepted' } : { verdict: 'rejected', problem: found }),
    };
    doc = {
      ...doc,
      n: verdict.seq,
      actions: { ...doc.actions, [id]: action },
      rulings: { ...doc.rulings, [id]: verdict },
    };
    state = fold(doc);
  }
  return { ...doc, head: headOf(state), ...(master?.rev === undefined ? {} : { rev: master.rev }) };
}

function verdictOn(
  state: CaseState,
  body: AnyActionBody,
  { now, catalog }: Omit<DecideContext, 'actor'>,
): Problem | undefined {
  const objected = objection(catalog, body);
  if (objected !== undefined) return objected;
  const decision = decide(state, body, { actor: actorOf(catalog, state, body), now, catalog });
  return decision.ok ? undefined : decision.problem;
}

/** What speaks against the author. It is ruled, not refused: a signed action stays in the log with its reason. */
function objection(catalog: Catalog, { id, by }: AnyActionBody): Problem | undefined {
  const device = catalog.devices.get(id.slice(0, id.indexOf('.')));
  if (isHub(by.staffId, device)) return undefined;
  if (device?.unit !== by.unit) return problem('out-of-scope', { unit: by.unit });
  const staff = catalog.staff.get(by.staffId);
  if (staff?.active !== true || staff.unit !== by.unit)
    return problem('staff-unknown', { staffId: by.staffId });
  return undefined;
}

function actorOf(catalog: Catalog, state: CaseState, { id, by }: AnyActionBody): Actor {
  const isOfHub = isHub(by.staffId, catalog.devices.get(id.slice(0, id.indexOf('.'))));
  // The hub is no unit: it stands where the case stands.
  const place = isOfHub ? (state.holder ?? by.unit) : by.unit;
  return {
    staffId: by.staffId,
    unit: by.unit,
    tier: catalog.units.get(place)?.tier ?? 'community',
    roles: isOfHub ? ['hub'] : (catalog.staff.get(by.staffId)?.roles ?? []),
  };
}

/** Only a device the hub made for itself may act as the hub. */
function isHub(staffId: string, device: DeviceKey | undefined): boolean {
  return staffId === 'hub' && device?.deviceId.startsWith('hub') === true;
}

/** Rule 2. A unit that is no party learns the fate of what it sent and nothing else. */
function answer(pushed: PushedCase, master: MasterCase | undefined, unit: UnitCode): PushResult {
  const { caseId, n } = pushed;
  if (master === undefined) return { caseId, kind: 'gone', n: 0, rulings: {} };
  const rulings: Record<ActionId, Ruling> = {};
  let isOther = false;
  for (const { body, hash } of pushed.actions) {
    const ruling = master.rulings[body.id];
    if (master.actions[body.id]?.hash !== hash) isOther = true;
    else if (ruling !== undefined) rulings[body.id] = ruling;
  }
  if (!master.head.parties.includes(unit)) return { caseId, kind: 'gone', n: master.n, rulings };
  const fresh = Object.values(rulings).filter(({ seq }) => seq > n).length;
  if (!isOther && n + fresh === master.n) return { caseId, kind: 'delta', n: master.n, rulings };
  const { head: _head, rev: _rev, ...doc } = master;
  return { caseId, kind: 'canonical', doc };
}

/** Rule 3: the first content stays; the second is kept aside under an id of its own, rejected, and its device marked. */
async function quarantineOthers(
  ports: JudgePorts,
  pushed: PushedCase,
  master: MasterCase | undefined,
): Promise<void> {
  const first = new Map(Object.entries(master?.actions ?? {}).map(([id, action]) => [id, action.hash]));
  for (const action of pushed.actions) {
    const known = first.get(action.body.id);
    // Also within one push: the first of two is the one that counts.
    first.set(action.body.id, known ?? action.hash);
    if (known === undefined || known === action.hash) continue;
    await fileAside(ports, action, problem('action-id-reused', { actionId: action.body.id }));
  }
}

/** Idempotent: the id is made of the content. */
export async function fileAside(
  ports: Pick<JudgePorts, 'quarantine' | 'clock'>,
  action: SignedAction,
  why: Problem,
): Promise<void> {
  const { id, caseId } = action.body;
  const filedAt = ports.clock.now();
  await ports.quarantine.file({ id: `${id}~${action.hash}`, caseId, action, problem: why, filedAt });
  await ports.quarantine.markDevice(id.slice(0, id.indexOf('.')), why.code);
}

function refusal({ caseId }: PushedCase, why: Problem): PushResult {
  return { caseId, kind: 'refused', problem: why };
}
