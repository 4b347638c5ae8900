/**
 * Answers to a push that go into the cases together. Each is in the journal as soon as it has come, so a crash costs nothing; the cases follow
 * when so many have gathered or so much time has passed that a person would notice, and at the end of the push.
 */
import type { CaseId } from '../domain/identifiers.ts';
import { applyNoted, type Answered, type LeavePorts } from './apply.ts';
import type { KnownEpoch } from './known-epoch.ts';
import type { NotedAnswer } from './ports.ts';

/** About 5 MB of documents, which are in memory until then. */
const MAX_CASES = 1_000;
const MAX_MS = 1_000;

type Ports = LeavePorts & { known: KnownEpoch };

export class DeferredAnswers {
  readonly #ports: Ports;
  #answers: NotedAnswer[] = [];
  #entries: number[] = [];
  readonly #cases = new Set<CaseId>();
  /** When the oldest of them came. */
  #since = Infinity;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  has(caseId: CaseId): boolean {
    return this.#cases.has(caseId);
  }

  isDue(): boolean {
    const isOld = this.#ports.clock.now() - this.#since >= MAX_MS;
    return this.#answers.length >= MAX_CASES || (this.#answers.length > 0 && isOld);
  }

  /** Takes the rulings that came without anything else, and gives the rest back. What a relay says is no ruling and goes on changing. */
  async take(answered: Answered[], epoch: number): Promise<Answered[]> {
    const { local, known, clock } = this.#ports;
    if (local.answers === undefined || known.isRelay) return answered;
    const taken = answered.flatMap(({ sent, result }): NotedAnswer[] =>
      result.kind === 'delta' ? [{ epoch, offered: sent.actions.map(({ hash }) => hash), result }] : [],
    );
    if (taken.length < local.answers.worthFrom) return answered;
    const entry = await local.answers.add(taken);
    if (this.#answers.length === 0) this.#since = clock.now();
    this.#answers.push(...taken);
    this.#entries.push(entry);
    for (const { result } of taken) this.#cases.add(result.caseId);
    return answered.filter(({ result }) => result.kind !== 'delta');
  }

  /** Into the cases. Says which they were. */
  async write(): Promise<CaseId[]> {
    const [answers, entries] = [this.#answers, this.#entries];
    if (answers.length === 0) return [];
    [this.#answers, this.#entries] = [[], []];
    await applyNoted(this.#ports, answers);
    await this.#ports.local.answers?.forget(entries);
    const written = answers.map(({ result }) => result.caseId);
    for (const caseId of written) this.#cases.delete(caseId);
    return written;
  }
}

/** What a crash kept from the cases. Answers of another epoch count no more: what they were about is pushed again. */
export async function redoNoted({ local, known, ...ports }: Ports): Promise<void> {
  const left = (await local.answers?.read()) ?? [];
  if (left.length === 0) return;
  const answers = left.flatMap((each) => each.answers).filter(({ epoch }) => known.isOf(epoch));
  await applyNoted({ local, ...ports }, answers);
  await local.answers?.forget(left.map(({ entry }) => entry));
}
