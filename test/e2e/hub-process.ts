/**
 * The hub as a process of its own that can really be stopped, with a clock a test may move. With COUCHDB_URL it works there, in databases
 * that belong to its data folder alone: a hub started again on the folder finds them, another run does not, and they go after the tests.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openCouchStore } from '@sanji/server/store/couchdb-store';

export interface RunningHub {
  url: string;
  port: number;
  /** Of the process; undefined for a hub in this one. */
  pid?: number;
  /** Moves its clock: what is added to the machine's, milliseconds. */
  moveClock(offsetMs: number): void;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** Stops it and removes its databases from COUCHDB_URL; the folder is the caller's. In a test file that happens by itself at the end. */
  destroy(): Promise<void>;
}

export interface HubOptions {
  dataDir: string;
  port: number;
  /** Added to the machine's clock, milliseconds. */
  clockOffsetMs?: number;
  env?: Record<string, string>;
}

const RELAY_FLAGS = fileURLToPath(new URL('../../deploy/relay-node-flags.json', import.meta.url));
const CHILD = fileURLToPath(new URL('./hub-child.ts', import.meta.url));

const COUCHDB_URL = process.env['COUCHDB_URL'] ?? '';
/** By data folder. */
const prefixes = new Map<string, string>();

// Hooks run last in, first out: after those of the test file, which stop its hubs.
if (process.env['VITEST'] !== undefined) {
  const { afterAll } = await import('vitest');
  afterAll(() => Promise.all([...prefixes.keys()].map(removeDatabases)));
}

/** Starts the hub and waits until it says that it listens. */
export async function startHubProcess(options: HubOptions): Promise<RunningHub> {
  const prefix = prefixes.get(options.dataDir) ?? `e2e${randomBytes(6).toString('hex')}_`;
  prefixes.set(options.dataDir, prefix);
  const isRelay = options.env?.['UPSTREAM_URL'] !== undefined;
  const child = spawn(process.execPath, [...(isRelay ? relayFlags() : []), CHILD], {
    env: {
      ...process.env,
      PORT: String(options.port),
      DATA_DIR: options.dataDir,
      CLOCK_OFFSET_MS: String(options.clockOffsetMs ?? 0),
      LOG_LEVEL: 'warn',
      ...(COUCHDB_URL !== '' && { COUCHDB_PREFIX: prefix }),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const said: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => {
      resolve();
    });
    child.once('exit', (code) => {
      reject(new Error(`the hub ended with ${String(code)} before it listened:\n${said.join('')}`));
    });
  });
  return {
    url: `http://localhost:${String(options.port)}`,
    port: options.port,
    ...(child.pid !== undefined && { pid: child.pid }),
    moveClock: (offsetMs) => void child.send({ offsetMs }),
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
    async destroy() {
      await end(child, 'SIGTERM');
      await removeDatabases(options.dataDir);
    },
  };
}

/** As `npm start` gives them to a street relay. */
function relayFlags(): string[] {
  return JSON.parse(readFileSync(RELAY_FLAGS, 'utf8')) as string[];
}

async function removeDatabases(dataDir: string): Promise<void> {
  const prefix = prefixes.get(dataDir);
  if (COUCHDB_URL === '' || prefix === undefined) return;
  const store = await openCouchStore({ url: COUCHDB_URL, prefix });
  for (const name of await store.list()) await store.destroy(name);
  await store.close();
  prefixes.delete(dataDir);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** Below those that systems give to outgoing connections, so that none of them takes the port of a hub that is stopped. */
const [FIRST_PORT, PORTS] = [10_000, 20_000];

/** A port nobody listens on, so that a stopped hub can come back at the same address. By chance, since other tests choose at the same time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + randomInt(PORTS);
    const probe = createServer().listen(port, '127.0.0.1');
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('listening', () => {
        resolve(true);
      });
      probe.once('error', () => {
        resolve(false);
      });
    });
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
