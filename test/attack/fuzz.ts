/** Sends the requests of a seed, some at a time, and says what came back that never should. */
import { ACCESS, type RouteName } from '@sanji/server/http/access';
import { knock } from './knock.ts';
import { offencesOf } from './offences.ts';
import type { Planted } from './planted-hub.ts';
import type { RawAnswer } from './raw-request.ts';
import { RequestMaker, type FuzzRequest } from './requests.ts';

export interface FuzzOptions {
  seed: number;
  count: number;
  /** The number of the first request; one alone is sent again by its number. Default 0. */
  from?: number;
}
export interface FuzzReport {
  seed: number;
  requests: number;
  /** How often each. 0: cut without a word. */
  statuses: Record<string, number>;
  tricks: Record<string, number>;
  /** Requests that were let in and did what they asked for. */
  done: number;
  slowest: { index: number; what: string; ms: number };
  findings: { index: number; what: string; offences: string[] }[];
}

const AT_ONCE = 8;
/** Their answers are lists of what happened to cases; who is let in may see of which. */
const NAMES_CASES: readonly RouteName[] = [
  'GET /api/audit',
  'GET /api/audit/export',
  'GET /api/quarantine',
  'GET /api/restores',
];

export async function fuzz(planted: Planted, { seed, count, from = 0 }: FuzzOptions): Promise<FuzzReport> {
  const maker = await RequestMaker.prepare(planted, seed);
  const slowest = { index: -1, what: '', ms: 0 };
  const report: FuzzReport = { seed, requests: 0, statuses: {}, tricks: {}, done: 0, slowest, findings: [] };
  let next = from;
  const attacker = async (): Promise<void> => {
    while (next < from + count) {
      const index = next++;
      const request = await maker.make(index);
      const start = performance.now();
      const answer = await knock(planted, request).catch((error: unknown) => String(error));
      const ms = Math.round(performance.now() - start);
      if (ms > report.slowest.ms) report.slowest = { index, what: describe(request), ms };
      const offences = typeof answer === 'string' ? [answer] : offencesAt(planted, request, answer);
      if (offences.length > 0) report.findings.push({ index, what: describe(request), offences });
      if (typeof answer !== 'string') tally(report, request, answer);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, attacker));
  return report;
}

function offencesAt(planted: Planted, request: FuzzRequest, answer: RawAnswer): string[] {
  const { caller, route, method, target, isCrossSite } = request;
  const refusal = caller.refusal(ACCESS[route]);
  const isTheirs = refusal === undefined && NAMES_CASES.includes(route);
  // The whole record is the audit administrator's to take.
  const isWhole = isTheirs && route === 'GET /api/audit/export';
  const secrets = isWhole ? [] : planted.foreignTo(caller.unit);
  const ids = isTheirs ? [] : caseIdsForeignTo(planted, caller.unit);
  // A name that the caller gave may come back to it.
  const sent = `${target} ${Buffer.from(request.body ?? '').toString('utf8')}`;
  const foreign = [...secrets, ...ids.filter((id) => !sent.includes(id))];
  const isInterface = /^\/(api|sync)\/./.test(target);
  const found = offencesOf({ answer, foreign, isInterface, isHead: method === 'HEAD' });
  const isDone = answer.status >= 200 && answer.status < 300;
  if (isDone && refusal !== undefined) found.push(`let in: ${caller.name}`);
  if (isDone && isCrossSite && isInterface) found.push('did what another site asked for');
  return found;
}

function caseIdsForeignTo({ cases }: Planted, unit: string | undefined): string[] {
  return [...cases].flatMap(([of, own]) => (of === unit ? [] : own.map(({ caseId }) => caseId)));
}

function tally(report: FuzzReport, { tricks }: FuzzRequest, { status }: RawAnswer): void {
  report.requests += 1;
  report.statuses[status] = (report.statuses[status] ?? 0) + 1;
  if (status >= 200 && status < 300) report.done += 1;
  for (const trick of new Set(tricks)) report.tricks[trick] = (report.tricks[trick] ?? 0) + 1;
}

function describe({ method = '', target, caller, tricks, body }: FuzzRequest): string {
  const text = Buffer.from(body ?? '').toString('utf8');
  return `${caller.name}: ${method} ${target.slice(0, 120)} [${tricks.join(', ')}] ${text.slice(0, 400)}`;
}
