/**
 * What a relay does with what its stations push: verifies it, keeps it durably, and says so. Others' work too: who holds it as pending may be
 * the only one. It rules on nothing; what the district has said already it passes on. It must not answer before what it says is stored.
 */
import type { ActionId, CaseId, UnitCode } from '../domain/identifiers.ts';
import { parseActionId } from '../domain/identifiers.ts';
import type { Ruling, SignedAction } from '../domain/action.ts';
import type { Catalog, DeviceKey } from '../domain/catalog.ts';
import { epochOf } from '../domain/epoch.ts';
import type { Epoch } from '../domain/epoch.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import { PROTOCOL_VERSION } from '../protocol/messages.ts';
import type { Aside, PushAnswer, PushedCase, PushRequest, PushResult } from '../protocol/messages.ts';
import type { Clock } from './ports.ts';
import { hasLeft, newRelayCase, servedLog, unruledOf, withActions, withFatesOf } from './relay-case.ts';
import type { RelayCase } from './relay-case.ts';
import type { RelayStore } from './relay-store.ts';

export interface RelayPushPorts {
  store: Pick<RelayStore, 'find' | 'put'>;
  /** The district's, as last measured. */
  clock: Clock;
  catalog: () => Catalog;
  epoch: () => Epoch;
  /** Names this relay's store: marks and checkpoints of another mean nothing here. */
  relay: string;
  verify: (action: SignedAction, device: DeviceKey) => Promise<boolean>;
  /**
   * Hands cases to the district in place of the station, and notes what it says: for what cannot be kept here, since its id belongs to other
   * content. Resolves false when the district does not answer.
   */
  handUp: (cases: PushedCase[]) => Promise<boolean>;
}

/** As the judge's: past this the store is not well. */
const MAX_ROUNDS = 60;

/** @param unit of the device that carries the push: it decides what may be answered. */
export async function takePush(
  ports: RelayPushPorts,
  request: PushRequest,
  unit: UnitCode,
): Promise<PushAnswer> {
  const results = new Map<PushedCase, PushResult>();
  const refuse = (pushed: PushedCase, why: Problem) =>
    results.set(pushed, { caseId: pushed.caseId, kind: 'refused', problem: why });
  // The same case twice in one batch would conflict with itself.
  const first = new Map(request.cases.toReversed().map((pushed) => [pushed.caseId, pushed]));
  let open = request.cases.filter((pushed) => first.get(pushed.caseId) === pushed);
  for (let round = 0; open.length > 0 && round < MAX_ROUNDS; round++) {
    const known = await knownOf(ports, open);
    if (round === 0) {
      const found = await Promise.all(open.map((pushed) => inspect(ports, pushed, known.get(pushed.caseId))));
      for (const [i, pushed] of open.entries()) if (found[i] !== undefined) refuse(pushed, found[i]);
      open = open.filter((_, i) => found[i] === undefined);
      const contested = open.filter((pushed) => isContested(pushed, known.get(pushed.caseId)));
      if (contested.length > 0 && !(await ports.handUp(contested)))
        for (const pushed of contested) refuse(pushed, problem('unavailable'));
      if (contested.length > 0) {
        open = open.filter((pushed) => !results.has(pushed));
        continue;
      }
    }
    const rows = open.map((pushed) => ({ pushed, ...nextOf(pushed, known.get(pushed.caseId)) }));
    const changed = rows.filter(({ isNew }) => isNew);
    const verdicts = await ports.store.put(changed.map(({ next }) => next));
    const lost = new Set(changed.filter((_, i) => verdicts[i] !== true));
    for (const row of rows) if (!lost.has(row)) results.set(row.pushed, answer(row, unit));
    open = [...lost].map(({ pushed }) => pushed);
  }
  return {
    v: PROTOCOL_VERSION,
    hubNow: ports.clock.now(),
    epoch: ports.epoch(),
    relay: ports.relay,
    results: request.cases.map(
      (pushed) =>
        results.get(pushed) ?? { caseId: pushed.caseId, kind: 'refused', problem: problem('unavailable') },
    ),
  };
}

async function knownOf(
  { store, epoch }: RelayPushPorts,
  open: PushedCase[],
): Promise<Map<CaseId, RelayCase | undefined>> {
  const found = await store.find(open.map(({ caseId }) => caseId));
  const { count } = epoch();
  return new Map(open.map(({ caseId }, i) => [caseId, found[i] && withFatesOf(found[i], count)]));
}

/** What speaks against taking the case; the rest is for the district to say. */
async function inspect(
  ports: RelayPushPorts,
  pushed: PushedCase,
  known: RelayCase | undefined,
): Promise<Problem | undefined> {
  // As the district would: what the station knows of before the restore must come with it.
  if (pushed.n > 0 && epochOf(pushed) < ports.epoch().count) return problem('epoch-changed');
  const fresh = pushed.actions.filter((action) => {
    const mine = known?.actions[action.body.id];
    return (mine?.hash !== action.hash || mine.sig !== action.sig) && !isSettled(known, action);
  });
  const found = await Promise.all(fresh.map((action) => inspectAction(ports, pushed, action)));
  return found.find((each) => each !== undefined);
}

async function inspectAction(
  { catalog, verify, epoch }: RelayPushPorts,
  { caseId, former }: PushedCase,
  action: SignedAction,
): Promise<Problem | undefined> {
  const { body } = action;
  const id = parseActionId(body.id);
  if (id === undefined || body.caseId !== caseId) return problem('malformed', { where: 'action' });
  const device = catalog().devices.get(id.deviceId);
  // The relay's directory may be a day old: a terminal that is new is heard when the line is back, and its work waits at the terminal.
  if (device === undefined) return problem('unavailable');
  if (device.kind === 'relay') return problem('forbidden');
  if (!(await verify(action, device))) return problem('signature-invalid', { actionId: body.id });
  const isReturn = (former?.[body.id]?.epoch ?? Infinity) < epoch().count;
  return device.status === 'active' || isReturn
    ? undefined
    : problem('device-revoked', { deviceId: id.deviceId });
}

/** The district has said already what becomes of this content. */
function isSettled(known: RelayCase | undefined, { body, hash }: SignedAction): boolean {
  if (known === undefined) return false;
  return known.relay.aside.some((aside) => aside.hash === hash) || known.relay.fates[body.id]?.hash === hash;
}

/** An id that is taken by other content: of the two the district knows which came first. */
function isContested({ actions }: PushedCase, known: RelayCase | undefined): boolean {
  return actions.some((action) => {
    const { id } = action.body;
    const holder = known?.actions[id]?.hash ?? known?.relay.fates[id]?.hash;
    return holder !== undefined && holder !== action.hash && !isSettled(known, action);
  });
}

interface Taken {
  pushed: PushedCase;
  next: RelayCase;
}

function nextOf(
  pushed: PushedCase,
  known = newRelayCase(pushed.caseId),
): { next: RelayCase; isNew: boolean } {
  const added = pushed.actions.filter(
    (action) => known.actions[action.body.id] === undefined && !isSettled(known, action),
  );
  return added.length === 0
    ? { next: known, isNew: false }
    : { next: withActions(known, added, pushed.former), isNew: true };
}

/** Rule 2 without rulings of one's own: what is not ruled on yet is `relayed`. A unit that left hears so when all it handed in is settled. */
function answer({ pushed, next }: Taken, unit: UnitCode): PushResult {
  const { caseId, n } = pushed;
  const { parked } = next.relay;
  const aside = asideOf(pushed, next);
  const rulings = rulingsOn(pushed, next);
  const isOpen = ({ body, hash }: SignedAction) =>
    rulings[body.id] === undefined && !aside.some((each) => each.hash === hash);
  const open = pushed.actions.filter(isOpen);
  const relayed = open.map(({ body }) => body.id);
  if (parked !== undefined && open.length > 0) return { caseId, kind: 'refused', problem: parked };
  // The district could not be asked about content whose id is taken: it stays with the station.
  if (open.some(({ body, hash }) => next.actions[body.id]?.hash !== hash))
    return { caseId, kind: 'refused', problem: problem('unavailable') };
  if (!next.head.parties.includes(unit)) {
    return hasLeft(next, unit) && relayed.length === 0
      ? { caseId, kind: 'gone', n: next.n, rulings, aside }
      : { caseId, kind: 'delta', n: 0, rulings: {}, relayed };
  }
  const fresh = Object.values(rulings).filter(({ seq }) => seq > n).length;
  const isWhole = n + fresh === next.n && unruledOf(next).length === relayed.length;
  return aside.length === 0 && isWhole
    ? { caseId, kind: 'delta', n: next.n, rulings, relayed }
    : { caseId, kind: 'canonical', doc: servedLog(next), aside };
}

function asideOf({ actions }: PushedCase, { relay }: RelayCase): Aside[] {
  const pushed = new Set(actions.map(({ hash }) => hash));
  return relay.aside.filter(({ hash }) => pushed.has(hash));
}

function rulingsOn({ actions }: PushedCase, known: RelayCase): Record<ActionId, Ruling> {
  const rulings: Record<ActionId, Ruling> = {};
  for (const { body, hash } of actions) {
    const { id } = body;
    const fate = known.relay.fates[id];
    const ruling = known.rulings[id];
    if (ruling !== undefined && known.actions[id]?.hash === hash) rulings[id] = ruling;
    else if (fate?.hash === hash) rulings[id] = fate.ruling;
  }
  return rulings;
}
