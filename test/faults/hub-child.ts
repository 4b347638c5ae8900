/** A hub that is a process of its own, comes back at the same port, and lives in the week of the tests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../e2e/hub-process.ts';
import { TEST_NOW } from '../integration/running-hub.ts';

const CHILD = fileURLToPath(new URL('../e2e/hub-child.ts', import.meta.url));

/** The machine's clock, moved to the week of the tests. */
export const OFFSET_MS = TEST_NOW - Date.now();

export class HubChild {
  readonly port: number;
  readonly #env: Record<string, string>;
  #child: ChildProcess | undefined;
  #said = '';
  #listening = Promise.withResolvers<undefined>();

  private constructor(port: number, env: Record<string, string>) {
    this.port = port;
    this.#env = env;
  }

  /** Started, and listening. */
  static async start(env: Record<string, string>): Promise<HubChild> {
    const hub = new HubChild(await freePort(), env);
    await hub.start();
    return hub;
  }

  /** Pending while it is down. */
  get listening(): Promise<unknown> {
    return this.#listening.promise;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [CHILD], {
      env: {
        ...process.env,
        LOG_LEVEL: 'silent',
        PORT: String(this.port),
        CLOCK_OFFSET_MS: String(OFFSET_MS),
        // Stations that never rest come from many addresses, or they would be slowed down.
        TRUST_PROXY: '1',
        ...this.#env,
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    child.stderr?.on('data', (piece: Buffer) => (this.#said += piece.toString()));
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => {
        resolve();
      });
      child.once('exit', (code) => {
        reject(new Error(`the hub ended with ${String(code)} before it listened:\n${this.#said}`));
      });
    });
    this.#listening.resolve(undefined);
  }

  async kill(): Promise<void> {
    this.#listening = Promise.withResolvers();
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Whether it runs, as far as anybody has ended it. What it said last, when it ended by itself. */
  get fault(): string[] {
    const { exitCode = null } = this.#child ?? {};
    return exitCode === null || exitCode === 0
      ? []
      : [`the hub ended by itself with ${String(exitCode)}: ${this.#said}`];
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}
