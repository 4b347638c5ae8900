/** What the hub does by itself, as signed actions through the same judge: deemed acceptance, resumption, conclusion, forwarding, archive. */
import type { CaseId } from '../domain/identifiers.ts';
import type { Author, CaseDocument } from '../domain/action.ts';
import type { Catalog } from '../domain/catalog.ts';
import { dayOf } from '../domain/calendar.ts';
import { clocksOf } from '../domain/deadlines.ts';
import { fold } from '../domain/fold.ts';
import { ENDS } from '../domain/lifecycle.ts';
import type { Problem } from '../domain/problem.ts';
import { problem } from '../domain/problem.ts';
import type { CaseState } from '../domain/state.ts';
import { effectiveRule, tierRank } from '../domain/tier-rules.ts';
import { append } from './append.ts';
import type { ActionDraft, AppendPorts } from './append.ts';
import { judgePush } from './judge.ts';
import type { JudgePorts } from './judge.ts';
import { rule } from './rule.ts';

export interface HubActPorts extends JudgePorts, Pick<AppendPorts, 'deviceId' | 'device' | 'sign'> {}

/**
 * Idempotent: an action that would be refused is not made at all. Signed by the hub's own device, ruled like everybody's.
 * A crash between signing and storing leaves a gap in the counters, never in the chain.
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
      local: {
        read: async (id) => {
          const [master] = await ports.master.getMany([id]);
          return master === undefined ? undefined : { kind: 'case', doc: master, revision: master.rev ?? '' };
        },
        // «Written» is «ruled and stored»: the judge has its own compare-and-set, so nothing conflicts here.
        write: async (doc) => {
          const fresh = Object.values(doc.actions).filter(({ body }) => doc.rulings[body.id] === undefined);
          const pushed = { caseId, n: doc.n, actions: fresh };
          const { results } = await judgePush(ports, { v: 1, cases: [pushed] }, by.unit);
          const [result] = results;
          if (result?.kind === 'refused')
            throw new Error(`the hub refused its own action: ${result.problem.code}`);
          if (result !== undefined && 'aside' in result && result.aside.length > 0)
            throw new Error('the hub’s key signs elsewhere too: the id of its action is taken');
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

/** The hub's next action on a case, undefined when it is somebody else's turn. */
export function hubDuty(
  state: CaseState,
  catalog: Catalog,
  { now, retention }: HubDutyOptions,
): ActionDraft | undefined {
  const { status } = state;
  if (status === 'received') {
    const notice = clocksOf(state, catalog, now).notice;
    return notice !== undefined && now > notice.dueMs ? { kind: 'deemAccept', payload: {} } : undefined;
  }
  if (status === 'suspended') {
    const end = state.suspensions.find((span) => span.to === undefined)?.plannedEnd;
    return end !== undefined && dayOf(now) > end ? { kind: 'resume', payload: {} } : undefined;
  }
  if (status === 'approved' || status === 'rejected') {
    return state.outstanding.length === 0 ? { kind: 'conclude', payload: {} } : undefined;
  }
  if (status === 'accepted') return forwardDuty(state, catalog);
  const isEnd = (ENDS as readonly string[]).includes(status);
  return isEnd && retention !== undefined ? { kind: 'archive', payload: { retention } } : undefined;
}

export interface HubDutyOptions {
  now: number;
  /** Retention class of a case whose time to be archived has come; undefined: not yet. */
  retention?: string;
}

function forwardDuty({ holder, matter, receivedAt }: CaseState, catalog: Catalog): ActionDraft | undefined {
  if (holder === undefined || matter === undefined || receivedAt === undefined) return undefined;
  const rules = { unit: holder, matterId: matter.matterId, day: dayOf(receivedAt), asOf: matter.rules };
  const found = effectiveRule(catalog, rules);
  const to = catalog.units.get(holder)?.parent;
  if (!found.autoForward || to === null || to === undefined) return undefined;
  return tierRank(found.decideAt) > tierRank(found.tier) ? { kind: 'forward', payload: { to } } : undefined;
}

export function dutyOf(
  doc: CaseDocument,
  catalog: Catalog,
  options: HubDutyOptions,
): ActionDraft | undefined {
  return hubDuty(fold(doc), catalog, options);
}
