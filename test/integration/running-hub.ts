/** A hub in this process, on a store in a temporary folder, with a clock that a test moves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@sanji/server/config';
import { PATIENCE } from '@sanji/server/http/patience';
import { startHub, type Hub, type HubOptions } from '@sanji/server/hub';

export interface TestHub {
  hub: Hub;
  url: string;
  dataDir: string;
  clock: { now: () => number; moveBy: (ms: number) => void };
  /** Stops the hub and starts it again on the same store. */
  restart(): Promise<void>;
  /** Stops the hub and removes its folder. */
  end(): Promise<void>;
}

/** Monday, 2026-11-23, 10:00 in Kunming. */
export const TEST_NOW = Date.parse('2026-11-23T10:00:00+08:00');

/** A test is refused more often than a person; none of it is held back. */
const UNMOVED = { ...PATIENCE, refusalMs: 0, refusedBytesAMs: Infinity };

export async function startTestHub(
  env: Record<string, string> = {},
  options: Pick<HubOptions, 'patience'> = { patience: UNMOVED },
): Promise<TestHub> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sanji-hub-'));
  let now = TEST_NOW;
  const clock = {
    now: () => now,
    moveBy: (ms: number) => {
      now += ms;
    },
  };
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent', ...env });
  const hub = await startHub({ config, clock, ...options });
  const running: TestHub = {
    hub,
    url: hub.url,
    dataDir,
    clock,
    async restart() {
      await running.hub.stop();
      running.hub = await startHub({ config, clock, ...options });
      running.url = running.hub.url;
    },
    async end() {
      await running.hub.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return running;
}

export interface Asked {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** One request as a program makes it; answers that are no JSON come as an empty body. */
export async function ask(
  url: string,
  route: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Asked> {
  const [method = 'GET', path = '/'] = route.split(' ');
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : {};
  return { status: response.status, headers: response.headers, body: parsed as Record<string, unknown> };
}

/** Logs a demo person in and gives the cookie to send along. */
export async function login(
  url: string,
  staffId: string,
  password = 'Wuhua-2026',
): Promise<{ cookie: string }> {
  const answer = await ask(url, 'POST /api/session', { body: { staffId, password } });
  if (answer.status !== 200) throw new Error(`${staffId} could not log in: ${String(answer.body['code'])}`);
  return { cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}
