/** A bad line between a station and whatever hub process a message happens to reach: requests and answers are lost, late, doubled, overtaken. */
import type { HubPort, Snapshot } from '@sanji/sync/replication/ports';
import { SnapshotCut } from '@sanji/sync/replication/pull-feed';
import type { SeededRandom } from '@sanji/sync/testing/fake-time';
import type { FaultKind, Faults } from './faults.ts';
import type { Schedule } from './schedule.ts';

export interface LineOptions {
  schedule: Schedule;
  random: SeededRandom;
  faults: Faults;
  /** What a cut is counted as, and one that lasted for days. */
  cuts?: readonly [FaultKind, FaultKind];
}

const OFFLINE = { ok: false as const, problem: { code: 'offline' as const } };
const DAY_MS = 86_400_000;

export class Line {
  readonly #options: LineOptions;
  #cutAt: number | undefined;
  #sent = 0;
  #arrived = 0;

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** Cut until `restore`, or for so long. */
  cut(forMs: number): void {
    const { schedule } = this.#options;
    if (this.#cutAt !== undefined) return;
    this.#cutAt = schedule.now();
    schedule.after(forMs, () => this.restore());
  }

  /** Counted by how long it really was. */
  restore(): void {
    if (this.#cutAt === undefined) return;
    const { schedule, faults, cuts: [short, long] = ['line-cut', 'line-cut-for-days'] } = this.#options;
    faults.note(schedule.now() - this.#cutAt < DAY_MS ? short : long);
    this.#cutAt = undefined;
  }

  /** @param hub asked anew for every message, also for the second of a doubled one */
  through(hub: () => HubPort): HubPort {
    return {
      push: (request) => this.#send(() => hub().push(request)),
      pull: (request) => this.#send(() => hub().pull(request)),
      giveBack: (request) => this.#send(() => hub().giveBack(request)),
      snapshot: async (feed) => {
        const answer = await this.#send(() => hub().snapshot(feed));
        return answer.ok ? { ok: true, value: this.#cuttable(answer.value) } : answer;
      },
    };
  }

  #strikes(kind: FaultKind, share: number): boolean {
    const { faults, random } = this.#options;
    return faults.strikes(kind, share, random.next());
  }

  async #send<T>(call: () => Promise<T>): Promise<T | typeof OFFLINE> {
    const { schedule, random } = this.#options;
    const number = ++this.#sent;
    await schedule.delay(random.below(this.#strikes('request-late', 0.15) ? 400 : 20));
    if (this.#cutAt !== undefined || this.#strikes('request-lost', 0.08)) return OFFLINE;
    this.#arrive(number);
    if (this.#strikes('request-doubled', 0.1)) {
      const again = () => {
        this.#arrive(number);
        call().catch(() => undefined);
      };
      schedule.after(random.below(1_500), again);
    }
    const answer = await call().catch(() => OFFLINE);
    await schedule.delay(random.below(this.#strikes('answer-late', 0.15) ? 400 : 20));
    return this.#cutAt !== undefined || this.#strikes('answer-lost', 0.08) ? OFFLINE : answer;
  }

  #arrive(number: number): void {
    if (number < this.#arrived) this.#options.faults.note('message-overtaken');
    this.#arrived = Math.max(this.#arrived, number);
  }

  #cuttable({ head, batches }: Snapshot): Snapshot {
    const { random } = this.#options;
    const whole = !this.#strikes('snapshot-cut', 0.5);
    return { head, batches: whole ? batches : cutAfter(batches, random.below(3)) };
  }
}

async function* cutAfter<T>(batches: AsyncIterable<T>, count: number): AsyncGenerator<T> {
  let i = 0;
  for await (const batch of batches) {
    if (i++ >= count) break;
    yield batch;
  }
  throw new SnapshotCut('the line was cut');
}
