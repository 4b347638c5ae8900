/** Rules what is new in a case, once and densely. Pure but for the clock; whether it gets stored is the judge's. */
import type { ActionId } from '../domain/identifiers.ts';
import type { AnyActionBody, CaseDocument, Ruling, SignedAction } from '../domain/action.ts';
import type { Catalog, DeviceKey } from '../domain/catalog.ts';
import { successorOf } from '../domain/catalog-index.ts';
import { decide } from '../domain/decide.ts';
import type { DecideContext } from '../domain/decide.ts';
import { fold, foldRuled, headOf } from '../domain/fold.ts';
import { order } from '../domain/order.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { Actor, CaseState } from '../domain/state.ts';
import type { PushedCase } from '../protocol/messages.ts';
import type { Clock, MasterCase } from './ports.ts';

export interface RulePorts {
  clock: Clock;
  /** As of now. */
  catalog: () => Catalog;
}

export interface Unruled {
  pushed: PushedCase;
  master: MasterCase | undefined;
  /** Receipts whose case number another receipt holds. */
  numbersTaken: ReadonlySet<ActionId>;
}

/** The master with every pushed action in it and ruled; undefined when nothing is new. */
export function rule(
  { clock, catalog }: RulePorts,
  { pushed, master, numbersTaken }: Unruled,
): MasterCase | undefined {
  const known: CaseDocument = master ?? { _id: pushed.caseId, n: 0, actions: {}, rulings: {} };
  const fresh: Record<ActionId, SignedAction> = {};
  for (const action of pushed.actions) {
    if (known.actions[action.body.id] === undefined) fresh[action.body.id] ??= action;
  }
  if (Object.keys(fresh).length === 0) return undefined;
  const context = { now: clock.now(), catalog: catalog(), numbersTaken };
  const actions = { ...known.actions };
  const rulings = { ...known.rulings };
  let state = fold(known);
  const former = pushed.former ?? {};
  for (const { id, action } of order({ actions: fresh, rulings: {}, former })) {
    const found = verdictOn(state, action.body, context);
    const ruling: Ruling = {
      seq: state.n + 1,
      receivedAt: context.now,
      ...(found === undefined ? { verdict: 'accepted' } : { verdict: 'rejected', problem: found }),
      ...(former[id] !== undefined && { former: former[id] }),
    };
    actions[id] = action;
    rulings[id] = ruling;
    state = { ...foldRuled(state, action.body, ruling), n: ruling.seq };
  }
  const doc: CaseDocument = { _id: known._id, n: state.n, actions, rulings };
  return { ...doc, head: headOf(state), ...(master?.rev === undefined ? {} : { rev: master.rev }) };
}

type RuleContext = Omit<DecideContext, 'actor'> & Pick<Unruled, 'numbersTaken'>;

function verdictOn(
  state: CaseState,
  body: AnyActionBody,
  { now, catalog, numbersTaken }: RuleContext,
): Problem | undefined {
  const objected = objection(catalog, body);
  if (objected !== undefined) return objected;
  if (body.kind === 'receive' && numbersTaken.has(body.id))
    return problem('case-number-taken', { caseNo: body.payload.caseNo });
  const decision = decide(state, body, { actor: actorOf(catalog, state, body), now, catalog });
  return decision.ok ? undefined : decision.problem;
}

/** What speaks against the author. It is ruled, not refused: a signed action stays in the log with its reason. */
function objection(catalog: Catalog, { id, by }: AnyActionBody): Problem | undefined {
  const device = catalog.devices.get(id.slice(0, id.indexOf('.')));
  if (isHub(by.staffId, device)) return undefined;
  if (device?.unit !== by.unit) return problem('out-of-scope', { unit: by.unit });
  const staff = catalog.staff.get(by.staffId);
  // Who came along in a merger sends from the old terminal what was made there before.
  const isOfUnit = staff?.unit === by.unit || staff?.unit === successorOf(catalog, by.unit);
  if (staff?.active !== true || !isOfUnit) return problem('staff-unknown', { staffId: by.staffId });
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
