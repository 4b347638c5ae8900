/**
 * The hub's audit log as one chain: entries are numbered 1, 2, 3 …, and each holds the hash of the one before. Who changes, takes out or
 * puts in an entry must change every later one, and with that any export that somebody kept.
 */
import { hash } from '../domain/signing.ts';

export interface NewAuditEntry {
  /** Milliseconds since the epoch, the hub's clock. */
  at: number;
  /** E.g. `login`, `login-failed`, `reveal`, `rules-published`, `device-enrolled`. */
  kind: string;
  /** Who; `hub` for its own acts, `-` when nobody is known. */
  staffId: string;
  /** What was acted on, e.g. `case:<id>`, `rules:12`. No personal data. */
  object: string;
  result: 'ok' | 'refused';
  /** More, without personal data: a reason, counts, codes. */
  details?: Record<string, string | number | boolean>;
}

/** `hash` covers everything else. `prev` stands for all entries numbered `seq - 1` (`linkTo`); null for the first. */
export interface AuditEntry extends NewAuditEntry {
  seq: number;
  prev: string | null;
  hash: string;
}

/** @param before every entry of the number before; none: this is the first */
export async function chained(entry: NewAuditEntry, before: readonly AuditEntry[]): Promise<AuditEntry> {
  const body = {
    ...entry,
    seq: (before[0]?.seq ?? 0) + 1,
    prev: await linkTo(before.map((each) => each.hash)),
  };
  return { ...body, hash: await hash(body) };
}

/** A cluster that was torn apart leaves two entries of one number; what is written later follows both. */
async function linkTo(hashes: readonly string[]): Promise<string | null> {
  const [only, ...more] = hashes;
  if (only === undefined) return null;
  return more.length === 0 ? only : hash([...hashes].sort());
}

export interface LogFault {
  seq: number;
  /** `altered`: the hash is not the content's. `missing`: nothing of this number. `unlinked`: it follows none of those before it. */
  fault: 'altered' | 'missing' | 'unlinked';
  expected: string;
  found: string;
}

/** Holds a log together, entry by entry in the order of their numbers. */
export class LogReader {
  /** Numbers that stand more than once: a cluster was torn apart, or somebody put an entry in. */
  readonly doubled: number[] = [];
  /** The number of the entry read last. */
  #seq = 0;
  #here: string[] = [];
  #before: string[] = [];
  readonly #hash: (body: object) => string | Promise<string>;

  /** @param hashOf as `hash` of `signing.ts`, which is slow where there are many: a server has a faster one */
  constructor(hashOf: (body: object) => string | Promise<string> = hash) {
    this.#hash = hashOf;
  }

  /** What does not fit about the next entry; undefined when all does. */
  async take({ hash: claimed, ...body }: AuditEntry): Promise<LogFault | undefined> {
    const { seq, prev } = body;
    const isNext = seq === this.#seq + 1;
    const expected = String(this.#seq + 1);
    const isMissing = seq !== this.#seq && !isNext;
    if (seq === this.#seq) this.doubled.push(seq);
    else {
      this.#before = isNext ? this.#here : [prev ?? ''];
      this.#here = [];
      this.#seq = seq;
    }
    const actual = await this.#hash(body);
    this.#here.push(actual);
    if (isMissing) return { seq: Number(expected), fault: 'missing', expected, found: String(seq) };
    if (actual !== claimed) return { seq, fault: 'altered', expected: claimed, found: actual };
    // What was written while the cluster was torn apart follows its own side only.
    const links = [await linkTo(this.#before), ...this.#before];
    if (links.includes(prev)) return undefined;
    return { seq, fault: 'unlinked', expected: String(links[0]), found: String(prev) };
  }
}
