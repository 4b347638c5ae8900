/** What the hub says to a bundle: its cases pushed, and the feeds pulled from where the maker stands, written down for `recorded-hub.ts`. */
import type { CaseDocument } from '../domain/action.ts';
import type { Epoch } from '../domain/epoch.ts';
import type { UnitCode } from '../domain/identifiers.ts';
import { feedOf } from '../domain/identifiers.ts';
import type { Result } from '../domain/problem.ts';
import type { BundleAsk } from '../protocol/bundle.ts';
import type { AnswerContent, RecordedPull, RecordedResult } from '../protocol/bundle-content.ts';
import { MAX_PUSH_ACTIONS, MAX_PUSH_CASES, PROTOCOL_VERSION, PULL_LIMIT } from '../protocol/messages.ts';
import type { PushedCase, PushResult } from '../protocol/messages.ts';
import type { HubPort } from './ports.ts';
import { CATALOG } from './pull-feed.ts';

/** Characters of pages in one answer: what a person carries on a stick and a browser reads at once. */
const MAX_PAGES_CHARS = 8_000_000;

export interface Spoken {
  /** Of the maker: by it is decided what may be answered. */
  unit: UnitCode;
  cases: readonly PushedCase[];
  /** Each to be ruled like the others; a station needs no answer to them. */
  strays: readonly PushedCase[];
  asks: BundleAsk | null;
}
export interface Outcome {
  accepted: number;
  rejected: number;
  /** Not taken as they are, or kept outside their case. */
  refused: number;
}

/** @param hub as the maker's unit sees it. A refusal of one case is in the answer; a problem means that nothing was recorded. */
export async function recordAnswer(
  hub: Pick<HubPort, 'push' | 'pull'>,
  { unit, cases, strays, asks }: Spoken,
  now: { hubNow: number; epoch: Epoch },
): Promise<Result<{ content: AnswerContent; outcome: Outcome }>> {
  const results: RecordedResult[] = [];
  const outcome: Outcome = { accepted: 0, rejected: 0, refused: 0 };
  for (const [group, isOwn] of [[cases, true] as const, [strays, false] as const]) {
    for (const batch of batchesOf(group)) {
      const answer = await hub.push({ v: PROTOCOL_VERSION, cases: batch });
      if (!answer.ok) return answer;
      for (const [i, result] of answer.value.results.entries()) {
        const actions = batch[i]?.actions ?? [];
        count(
          outcome,
          result,
          actions.map(({ body }) => body.id),
        );
        if (isOwn) results.push({ offered: actions.map(({ hash }) => hash), result });
      }
    }
  }
  const pulls = asks === null ? [] : await record(hub, unit, asks);
  return { ok: true, value: { content: { ...now, results, pulls }, outcome } };
}

function batchesOf(cases: readonly PushedCase[]): PushedCase[][] {
  const batches: PushedCase[][] = [];
  let count = Infinity;
  for (const pushed of cases) {
    count += pushed.actions.length;
    const last = batches.at(-1);
    const fits = count <= MAX_PUSH_ACTIONS && (last?.length ?? 0) < MAX_PUSH_CASES;
    // The judge takes a case once in a push.
    const isTwice = last?.some(({ caseId }) => caseId === pushed.caseId) === true;
    if (last !== undefined && fits && !isTwice) last.push(pushed);
    else {
      batches.push([pushed]);
      count = pushed.actions.length;
    }
  }
  return batches;
}

function count(outcome: Outcome, result: PushResult, ids: string[]): void {
  for (const id of ids) {
    const verdict = result.kind === 'refused' ? undefined : rulingsOf(result)[id]?.verdict;
    if (verdict === undefined) outcome.refused += 1;
    else outcome[verdict] += 1;
  }
}

function rulingsOf(result: Exclude<PushResult, { kind: 'refused' }>): CaseDocument['rulings'] {
  return result.kind === 'canonical' ? result.doc.rulings : result.rulings;
}

/** The catalog first: it is small, and what a station may do depends on it. */
async function record(hub: Pick<HubPort, 'pull'>, unit: UnitCode, asks: BundleAsk): Promise<RecordedPull[]> {
  const pulls: RecordedPull[] = [];
  let chars = 0;
  for (const [feed, from] of [
    [CATALOG, asks.catalog],
    [feedOf(unit), asks.cases],
  ] as const) {
    let since = from;
    for (let more = true; more && chars < MAX_PAGES_CHARS;) {
      const said = await hub.pull({ feed, since, limit: PULL_LIMIT });
      pulls.push({ feed, since, said });
      chars += JSON.stringify(said).length;
      // As a station would: what the hub does not know any more is asked from the start.
      const isLost = !said.ok && said.problem.code === 'checkpoint-unknown' && since !== null;
      more = isLost || (said.ok && said.value.more);
      since = said.ok ? said.value.checkpoint : null;
    }
  }
  return pulls;
}
