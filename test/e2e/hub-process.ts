/** The hub as a process of its own that can really be stopped, with a clock a test may move. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RunningHub {
  url: string;
  port: number;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
}

export interface HubOptions {
  dataDir: string;
  port: number;
  /** Added to the machine's clock, milliseconds. */
  clockOffsetMs?: number;
  env?: Record<string, string>;
}

const CHILD = fileURLToPath(new URL('./hub-child.ts', import.meta.url));

/** Starts the hub and waits until it says that it listens. */
export async function startHubProcess(options: HubOptions): Promise<RunningHub> {
  const child = spawn(process.execPath, [CHILD], {
    env: {
      ...process.env,
      PORT: String(options.port),
      DATA_DIR: options.dataDir,
      CLOCK_OFFSET_MS: String(options.clockOffsetMs ?? 0),
      LOG_LEVEL: 'warn',
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
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** A port nobody listens on, so that a stopped hub can come back at the same address. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
