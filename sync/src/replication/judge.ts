/**
 * The hub's word on what stations push: verifies, unites with the master copy under compare-and-set, and rules every action once, densely.
 * Any number of hub processes may run it at once. It must not answer before what it says is stored.
 */
import type { ActionId, UnitCode } from '../domain/identifiers.ts';
import type { Ruling } from '../domain/action.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import { epochOf, inEpoch } from '../domain/epoch.ts';
import { PROTOCOL_VERSION } from '../protocol/messages.ts';
import type { Aside, PushAnswer, PushedCase, PushRequest, PushResult } from '../protocol/messages.ts';
import { claimActions } from './claim-actions.ts';
import type { Claimed } from './claim-actions.ts';
import { inspect } from './inspect.ts';
import type { JudgePorts } from './judge-ports.ts';
import type { MasterCase } from './ports.ts';
import { readyOf } from './ready.ts';
import { rule } from './rule.ts';

/** Under contention each round at least one process gets its write through; past this the store is not well. */
const MAX_ROUNDS = 60;

/**
 * @param unit of the device that carries the push: it decides what may be answered, not what may be ruled (rule 6)
 * @param scope the units whose cases that device may see: a street relay's whole street
 */
export async function judgePush(
  ports: JudgePorts,
  request: PushRequest,
  unit: UnitCode,
  scope: readonly UnitCode[] = [unit],
): Promise<PushAnswer> {
  const results = new Map<PushedCase, PushResult>();
  const claims = new Map<PushedCase, Claimed>();
  const early = new Set<PushedCase>();
  // The same case twice in one batch would conflict with itself.
  const distinct = Map.groupBy(request.cases, ({ caseId }) => caseId);
  const repeated = [...distinct.values()].flatMap((same) => same.slice(1));
  let open = request.cases.filter((pushed) => !repeated.includes(pushed));
  for (let round = 0; open.length > 0 && round < MAX_ROUNDS; round++) {
    const masters = await ports.master.getMany(open.map(({ caseId }) => caseId));
    const batch = { open, masters, unit, scope, claims, early, results };
    if (round === 0) await examine(ports, batch);
    open = await ruleAll(ports, batch);
  }
  for (const pushed of [...open, ...repeated]) results.set(pushed, refusal(pushed, problem('unavailable')));
  return {
    v: PROTOCOL_VERSION,
    hubNow: ports.clock.now(),
    epoch: ports.epoch(),
    results: request.cases.map((pushed) => results.get(pushed) ?? refusal(pushed, problem('unavailable'))),
  };
}

interface Batch {
  open: PushedCase[];
  masters: (MasterCase | undefined)[];
  unit: UnitCode;
  scope: readonly UnitCode[];
  claims: Map<PushedCase, Claimed>;
  /** Of which a part waits for what it stands on. */
  early: Set<PushedCase>;
  results: Map<PushedCase, PushResult>;
}

/** Does the station know the past as the hub does, is every action genuine, and the first of its id? Asked once: what is claimed stays claimed. */
async function examine(ports: JudgePorts, { open, masters, claims, early, results }: Batch): Promise<void> {
  const found = await Promise.all(
    open.map(
      async (pushed, i) =>
        (await pastProblem(ports, pushed, masters[i])) ?? inspect(ports, pushed, masters[i]),
    ),
  );
  const genuine = open.flatMap((pushed, i) =>
    found[i] === undefined ? [{ pushed, master: masters[i] }] : [],
  );
  const ready = await Promise.all(
    genuine.map(async ({ pushed, master }) => {
      const actions = await readyOf(ports, pushed, master);
      if (actions.length < pushed.actions.length) early.add(pushed);
      return { pushed: { ...pushed, actions }, master };
    }),
  );
  const claimed = await claimActions(ports, ready);
  for (const [i, pushed] of open.entries()) {
    const why = found[i] ?? (claimed === undefined ? problem('unavailable') : undefined);
    if (why !== undefined) results.set(pushed, refusal(pushed, why));
  }
  for (const [i, { pushed }] of genuine.entries()) {
    const each = claimed?.[i];
    if (each !== undefined) claims.set(pushed, each);
  }
}

/**
 * A station that holds rulings the hub does not know must not have its next action ruled without them: they come first (`renew.ts`), or the
 * restore is to be finished first. A case without rulings lacks none.
 */
async function pastProblem(
  { epoch, restores }: JudgePorts,
  pushed: PushedCase,
  master: MasterCase | undefined,
): Promise<Problem | undefined> {
  const { caseId, n } = pushed;
  const [theirs, ours] = [epochOf(pushed), epoch().count];
  if (n === 0) return undefined;
  if (theirs < ours) return problem('epoch-changed');
  if (theirs > ours) await restores.noticeBehind({ kind: 'epoch', theirs, ours });
  else if (n > (master?.n ?? 0))
    await restores.noticeBehind({ kind: 'case', caseId, theirs: n, ours: master?.n ?? 0 });
  else return undefined;
  return problem('hub-behind');
}

/** One read has been done, one write follows; what met a conflict comes back for the next round. */
async function ruleAll(ports: JudgePorts, batch: Batch): Promise<PushedCase[]> {
  const { open, masters, unit, scope, claims, early, results } = batch;
  const epoch = ports.epoch().count;
  const changed: { pushed: PushedCase; next: MasterCase; aside: Aside[] }[] = [];
  const settled = (each: Settled) =>
    early.has(each.pushed) ? refusal(each.pushed, problem('cause-missing')) : answer(each);
  for (const [i, pushed] of open.entries()) {
    const claimed = claims.get(pushed);
    if (results.has(pushed) || claimed === undefined) continue;
    const { aside, first, numbersTaken } = claimed;
    const master = masters[i];
    try {
      const next = rule(ports, { pushed: { ...pushed, actions: first }, master, numbersTaken });
      if (next === undefined) results.set(pushed, settled({ pushed, master, scope, aside, epoch }));
      else changed.push({ pushed, next, aside });
    } catch (error) {
      ports.onFault(pushed.caseId, error);
      results.set(pushed, refusal(pushed, problem('internal', { reference: pushed.caseId })));
    }
  }
  if (changed.length === 0) return [];
  const returned = changed.filter(({ pushed, next }) => bringsBack(pushed, next));
  if (returned.length > 0)
    await ports.restores.cameBack(returned.map(({ pushed: { caseId } }) => ({ caseId, unit })));
  const verdicts = await ports.master.putMany(changed.map(({ next }) => next));
  const written = changed.filter((_, i) => verdicts[i] === 'written');
  if (written.length > 0) ports.onWritten(written.map(({ pushed }) => pushed.caseId));
  for (const { pushed, next, aside } of written)
    results.set(pushed, settled({ pushed, master: next, scope, aside, epoch }));
  return changed.filter((_, i) => verdicts[i] !== 'written').map(({ pushed }) => pushed);
}

function bringsBack({ actions }: PushedCase, next: MasterCase): boolean {
  return actions.some(({ body }) => next.rulings[body.id]?.former !== undefined);
}

interface Settled extends Pick<Claimed, 'aside'> {
  pushed: PushedCase;
  master: MasterCase | undefined;
  scope: readonly UnitCode[];
  epoch: number;
}

/** Rule 2. A unit that is no party learns the fate of what it sent and nothing else. */
function answer({ pushed, master, scope, aside, epoch }: Settled): PushResult {
  const { caseId, n } = pushed;
  if (master === undefined) return { caseId, kind: 'gone', n: 0, rulings: {}, aside };
  const rulings: Record<ActionId, Ruling> = {};
  for (const { body, hash } of pushed.actions) {
    const ruling = master.rulings[body.id];
    if (ruling !== undefined && master.actions[body.id]?.hash === hash) rulings[body.id] = ruling;
  }
  if (!scope.some((unit) => master.head.parties.includes(unit)))
    return { caseId, kind: 'gone', n: master.n, rulings, aside };
  const fresh = Object.values(rulings).filter(({ seq }) => seq > n).length;
  if (aside.length === 0 && n + fresh === master.n) return { caseId, kind: 'delta', n: master.n, rulings };
  const { head: _head, rev: _rev, ...doc } = master;
  return { caseId, kind: 'canonical', doc: { ...doc, ...inEpoch(epoch) }, aside };
}

function refusal({ caseId }: PushedCase, why: Problem): PushResult {
  return { caseId, kind: 'refused', problem: why };
}
