/**
 * Hash and signature of pushed actions: a storm of pushes is a storm of verifications, so many are checked together on a thread of their own.
 * Node's asynchronous verification would hand over each by itself, which keeps the hub's thread almost as busy as checking it there.
 */
import { Worker } from 'node:worker_threads';
import { canonicalize } from '@sanji/sync/domain/signing';
import type { JudgePorts } from '@sanji/sync/replication/judge-ports';
import { isGenuine, type Claim } from './signature-check.ts';

/** So few are checked at once: handing them over would take longer. */
const FEW = 8;

interface Waiting {
  claim: Claim;
  resolve: (isGood: boolean) => void;
  reject: (error: unknown) => void;
}

/**
 * Rejects when the thread died; the next call starts another.
 * @param few so many at once are checked here; all of them where memory is dearer than time
 */
export function actionVerifier(few = FEW): JudgePorts['verify'] {
  let waiting: Waiting[] = [];
  let thread: SignatureThread | undefined;

  function flush(): void {
    const batch = waiting;
    waiting = [];
    if (batch.length > few) {
      if (thread?.isAlive !== true) thread = new SignatureThread();
      thread.check(batch);
      return;
    }
    for (const { claim, resolve } of batch) resolve(isGenuine(claim));
  }

  return async ({ body, hash, sig }, { publicKey: { x, y } }) => {
    const claim: Claim = [canonicalize(body), hash, sig, x, y];
    // Whatever else is asked in this turn of the event loop comes along.
    if (waiting.length === 0) setImmediate(flush);
    return new Promise((resolve, reject) => waiting.push({ claim, resolve, reject }));
  };
}

class SignatureThread {
  isAlive = true;
  /** Answered in the order in which they were asked. */
  readonly #asked: Waiting[][] = [];
  readonly #worker = new Worker(new URL('./signature-thread.ts', import.meta.url));

  constructor() {
    this.#worker.on('message', (verdicts: boolean[]) => {
      for (const [i, { resolve }] of (this.#asked.shift() ?? []).entries()) resolve(verdicts[i] === true);
      // Idle, it keeps no process from ending.
      if (this.#asked.length === 0) this.#worker.unref();
    });
    this.#worker.on('error', (error) => {
      this.#end(error);
    });
    this.#worker.on('exit', () => {
      this.#end(new Error('the thread that checks signatures has ended'));
    });
  }

  check(batch: Waiting[]): void {
    this.#asked.push(batch);
    this.#worker.ref();
    this.#worker.postMessage(batch.map(({ claim }) => claim));
  }

  #end(error: unknown): void {
    this.isAlive = false;
    for (const { reject } of this.#asked.splice(0).flat()) reject(error);
  }
}
