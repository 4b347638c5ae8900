/**
 * What the parts of a bundle hold. A terminal puts in its records as they lie on its disk, so that it can do so while it is locked: a part
 * labelled with a case id is that case, one labelled with an action id is a stray, one labelled `reveal.` or `print.` is a look at masked
 * data or a print that was not reported yet. The hub's answer is a record of what it said to the push and
 * the pulls that the bundle stands for; the station listens to it as to the hub itself (`recorded-hub.ts`).
 */
import type { Epoch } from '../domain/epoch.ts';
import type { Result } from '../domain/problem.ts';
import type { SealKey } from '../domain/sealing.ts';
import type { Bundle, SealedPart } from './bundle.ts';
import { openPart, sealPart } from './bundle.ts';
import type { PullAnswer, PushResult } from './messages.ts';

export interface RecordedResult {
  /** Hashes of the actions of the case that the hub was offered: it says nothing of others. */
  offered: string[];
  result: PushResult;
}
export interface RecordedPull {
  feed: string;
  since: string | null;
  said: Result<PullAnswer>;
}
export interface AnswerContent {
  /** The hub's clock when it wrote this, milliseconds since the epoch. */
  hubNow: number;
  epoch: Epoch;
  results: RecordedResult[];
  /** Of each feed in order. The last one of a feed may say that there is more: the rest comes with the next answer. */
  pulls: RecordedPull[];
}

type Entry =
  Pick<AnswerContent, 'hubNow' | 'epoch'> | Pick<AnswerContent, 'results'> | { pull: RecordedPull };

/** A part of an answer stays about as large as a page of a feed. */
const RESULTS_A_PART = 100;

export async function sealAnswer(
  key: SealKey,
  { hubNow, epoch, results, pulls }: AnswerContent,
): Promise<SealedPart[]> {
  const entries: Entry[] = [{ hubNow, epoch }];
  for (let i = 0; i < results.length; i += RESULTS_A_PART)
    entries.push({ results: results.slice(i, i + RESULTS_A_PART) });
  entries.push(...pulls.map((pull) => ({ pull })));
  return Promise.all(
    entries.map((entry, i) => sealPart(key, JSON.stringify(entry), `answer.${String(i + 1)}`)),
  );
}

/** To be asked after the hub's signature was verified: what the hub wrote is believed. Undefined when it was sealed under another key. */
export async function openAnswer(key: SealKey, { parts }: Bundle): Promise<AnswerContent | undefined> {
  const content: AnswerContent = { hubNow: 0, epoch: { count: 0, id: '' }, results: [], pulls: [] };
  for (const part of parts) {
    const text = await openPart(key, part);
    if (text === undefined) return undefined;
    const entry = JSON.parse(text) as Entry;
    if ('results' in entry) content.results.push(...entry.results);
    else if ('pull' in entry) content.pulls.push(entry.pull);
    else Object.assign(content, entry);
  }
  return content;
}

/** Whether the hub had more to say of a feed than fitted. */
export function isCutShort({ pulls }: AnswerContent): boolean {
  const last = new Map(pulls.map((pull) => [pull.feed, pull.said]));
  return [...last.values()].some((said) => said.ok && said.value.more);
}
