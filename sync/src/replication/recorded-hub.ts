/**
 * The hub as it was when it wrote an answer bundle: says again what it said then, and nothing else. A station without a line that listens to it
 * goes through the very round it would go through with a line, so there is one way in which the hub's word enters a store.
 */
import type { UnitCode } from '../domain/identifiers.ts';
import { refused } from '../domain/problem.ts';
import type { Problem, Result } from '../domain/problem.ts';
import type { AnswerContent } from '../protocol/bundle-content.ts';
import type {
  GiveBackAnswer,
  PullAnswer,
  PullRequest,
  PushAnswer,
  PushedCase,
  PushRequest,
  PushResult,
} from '../protocol/messages.ts';
import type { ApplyPorts } from './apply.ts';
import { KnownEpoch } from './known-epoch.ts';
import { CATALOG, pullFeed } from './pull-feed.ts';
import type { HubPort, Snapshot } from './ports.ts';
import { exchangeCases } from './station-loop.ts';

/** Whatever was not recorded is as if the line were down. */
const SILENT = refused('offline');

export class RecordedHub implements HubPort {
  readonly #content: AnswerContent;

  constructor(content: AnswerContent) {
    this.#content = content;
  }

  async push({ v, cases }: PushRequest): Promise<Result<PushAnswer>> {
    const { hubNow, epoch } = this.#content;
    return { ok: true, value: { v, hubNow, epoch, results: cases.map((pushed) => this.#resultOf(pushed)) } };
  }

  async pull({ feed, since }: PullRequest): Promise<Result<PullAnswer>> {
    return this.#content.pulls.find((each) => each.feed === feed && each.since === since)?.said ?? SILENT;
  }

  /** Pages are all there is. */
  async snapshot(): Promise<Result<Snapshot>> {
    return refused('not-found');
  }

  /** Nobody is there to take it: another holder will give it back. */
  async giveBack(): Promise<Result<GiveBackAnswer>> {
    return { ok: true, value: { v: 1, hubNow: this.#content.hubNow, taken: 0 } };
  }

  /** A case that went on since is not answered: not everything that would count as sent was seen. */
  #resultOf({ caseId, actions }: PushedCase): PushResult {
    const found = this.#content.results.find(
      ({ offered, result }) =>
        result.caseId === caseId && actions.every(({ hash }) => offered.includes(hash)),
    );
    return found?.result ?? { caseId, kind: 'refused', problem: SILENT.problem };
  }
}

/** Applies an answer: a round of the station's against the hub of that moment. Idempotent, and harmless when late. */
export async function hearAnswer(
  ports: ApplyPorts & { unit: UnitCode },
  content: AnswerContent,
): Promise<Problem | undefined> {
  const known = await KnownEpoch.read(ports.local);
  const context = { ...ports, hub: new RecordedHub(content), known, suspects: new Map() };
  const ends = [await exchangeCases(context, ports.unit), await pullFeed(context, CATALOG)];
  // The end of the record, or a part of it for which the station is no longer where it was.
  return ends.find((end) => end !== undefined && end.code !== 'offline');
}
