/** What the hub does by itself, as signed actions through the same judge: deemed acceptance, resumption, conclusion, forwarding, archive. */
import type { CaseId } from '../domain/identifiers.ts';
import type { Author, CaseDocument } from '../domain/action.ts';
import type { Catalog } from '../domain/catalog.ts';
import { successorOf } from '../domain/catalog-index.ts';
import { addDays, dayOf, instantOf } from '../domain/calendar.ts';
import { noticeDueOf } from '../domain/deadlines.ts';
import { inEpoch } from '../domain/epoch.ts';
import { fold } from '../domain/fold.ts';
import { isEnd, isOpen } from '../domain/lifecycle.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { CaseState } from '../domain/state.ts';
import { effectiveRule, tierRank } from '../domain/tier-rules.ts';
import { Displaced, append } from './append.ts';
import type { ActionDraft, AppendPorts } from './append.ts';
import { judgePush } from './judge.ts';
import type { JudgePorts } from './judge-ports.ts';
import { rule } from './rule.ts';

export interface HubActPorts extends JudgePorts, Pick<AppendPorts, 'deviceId' | 'device' | 'sign'> {}

/**
 * Idempotent: an action that would be refused is not made at all. Signed by the hub's own device, ruled like everybody's.
 * What a crash left between signing and storing is handed in again by the next act, so the chain has neither gap nor fork.
 */
export async function hubAct(
  ports: HubActPorts,
  caseId: CaseId,
  draft: ActionDraft,
): Promise<{ ok: true } | { ok: false; problem: Problem }> {
  const by: Author = { staffId: 'hub', name: 'hub', unit: ports.catalog().settings.district };
  const done = await append(
    {
      deviceId: ports.deviceId,
      device: ports.device,
      clock: ports.clock,
      offsetMs: () => 0,
      sign: ports.sign,
      // No station has it to push it again, and its place in the chain may be taken already.
      keepsAnnounced: true,
      local: {
        read: async (id) => {
          const [master] = await ports.master.getMany([id]);
          return master === undefined ? undefined : { kind: 'case', doc: master, revision: master.rev ?? '' };
        },
        // «Written» is «ruled and stored»: the judge has its own compare-and-set, so nothing conflicts here.
        write: async (doc) => {
          const fresh = Object.values(doc.actions).filter(({ body }) => doc.rulings[body.id] === undefined);
          const pushed = { caseId: doc._id, ...inEpoch(ports.epoch().count), n: doc.n, actions: fresh };
          const { results } = await judgePush(ports, { v: 1, cases: [pushed] }, by.unit);
          const [result] = results;
          if (result?.kind === 'refused')
            throw new Error(`the hub refused its own action: ${result.problem.code}`);
          if (result !== undefined && 'aside' in result && result.aside.length > 0)
            throw new Displaced('the hub’s key signs elsewhere too: the id of its action is taken');
          return true;
        },
      },
    },
    { caseId, by, build: (doc) => foreseen(ports, doc, { by, draft }) },
  );
  return done.ok ? { ok: true } : done;
}

/** Rules an unsigned trial of the action against the copy just read, so that what would be refused never enters a log. */
function foreseen(ports: HubActPorts, doc: CaseDocument, { by, draft }: { by: Author; draft: ActionDraft }) {
  const id = `${ports.deviceId}.999999999999999`;
  const at = ports.clock.now();
  const body = { v: 1 as const, id, caseId: doc._id, ...draft, by, at, offsetMs: 0, after: [], prev: null };
  const trial = { caseId: doc._id, n: doc.n, actions: [{ body, hash: '', sig: '' }] };
  const master = { ...doc, head: { status: 'new' as const, ever: [], parties: [] } };
  const ruling = rule(ports, { pushed: trial, master, numbersTaken: new Set() })?.rulings[id];
  if (ruling?.verdict === 'accepted') return { ok: true as const, value: [draft] };
  return { ok: false as const, problem: ruling?.problem ?? problem('internal', { reference: doc._id }) };
}

export interface HubDutyOptions {
  now: number;
}

/** The hub's next action on a case, undefined when it is somebody else's turn or not time yet. */
export function hubDuty(
  state: CaseState,
  catalog: Catalog,
  { now }: HubDutyOptions,
): ActionDraft | undefined {
  const { status } = state;
  const merger = mergerDuty(state, catalog);
  if (merger !== undefined) return merger;
  const at = dutyTime(state, catalog);
  if (at !== undefined && now < at) return undefined;
  if (status === 'approved' || status === 'rejected')
    return state.outstanding.length === 0 ? { kind: 'conclude', payload: {} } : undefined;
  if (status === 'accepted' || status === 'reviewing') return forwardDuty(state, catalog);
  if (at === undefined) return undefined;
  if (status === 'received') return { kind: 'deemAccept', payload: {} };
  if (status === 'suspended') return { kind: 'resume', payload: {} };
  const retention = catalog.settings.archive?.retention;
  return retention === undefined ? undefined : { kind: 'archive', payload: { retention } };
}

/** The moment from which the case waits for the hub; undefined when it does not wait for a time. */
export function dutyTime(state: CaseState, catalog: Catalog): number | undefined {
  const { status, receivedAt, noticedAt, endedAt } = state;
  if (status === 'received') {
    // Who was told once is not deemed accepted any more.
    const isSilent = receivedAt !== undefined && noticedAt === undefined;
    return isSilent ? noticeDueOf(catalog, receivedAt).dueMs + 1 : undefined;
  }
  if (status === 'suspended') {
    const end = state.suspensions.find((span) => span.to === undefined)?.plannedEnd;
    return end === undefined ? undefined : instantOf(addDays(end, 1), 0);
  }
  const { archive } = catalog.settings;
  if (!isEnd(status) || endedAt === undefined || archive === undefined) return undefined;
  return instantOf(addDays(dayOf(endedAt), archive.afterDays + 1), 0);
}

/** Work follows a unit that was merged into another, also where the unit is a party and somebody else holds the case. */
function mergerDuty({ status, path }: CaseState, catalog: Catalog): ActionDraft | undefined {
  if (!isOpen(status)) return undefined;
  for (const from of path) {
    const to = successorOf(catalog, from);
    if (to !== from) return { kind: 'mergeUnit', payload: { from, to } };
  }
  return undefined;
}

function forwardDuty(state: CaseState, catalog: Catalog): ActionDraft | undefined {
  const { holder, matter, receivedAt, ever } = state;
  if (holder === undefined || matter === undefined || receivedAt === undefined) return undefined;
  const rules = { unit: holder, matterId: matter.matterId, day: dayOf(receivedAt), asOf: matter.rules };
  const found = effectiveRule(catalog, rules);
  const to = catalog.units.get(holder)?.parent;
  // What the upper unit sent back waits for a person: by itself it would only go round.
  if (!found.autoForward || to === null || to === undefined || ever.includes(to)) return undefined;
  return tierRank(found.decideAt) > tierRank(found.tier) ? { kind: 'forward', payload: { to } } : undefined;
}

export function dutyOf(
  doc: CaseDocument,
  catalog: Catalog,
  options: HubDutyOptions,
): ActionDraft | undefined {
  return hubDuty(fold(doc), catalog, options);
}
