/** A street relay in this process, between a hub and its stations, on a line that a test cuts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@sanji/server/config';
import { startRelay, type StreetRelay } from '@sanji/server/relay/street-relay';
import { Line } from './line.ts';
import { ask, login, type TestHub } from './running-hub.ts';

export interface TestRelay {
  relay: StreetRelay;
  url: string;
  dataDir: string;
  line: Line;
  /** As stations are told of it: they call it like a hub. */
  readonly asHub: TestHub;
  restart(): Promise<void>;
  end(): Promise<void>;
}

/** A one-time code with which a relay joins the street. */
export async function relayCode(hub: { url: string }, street: string): Promise<string> {
  const headers = await login(hub.url, 'sunl');
  const body = { unit: street, kind: 'relay' };
  const issued = await ask(hub.url, 'POST /api/enrolment-codes', { body, headers });
  return String(issued.body['code']);
}

export async function startTestRelay(
  hub: TestHub,
  street: string,
  env: Record<string, string> = {},
): Promise<TestRelay> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sanji-relay-'));
  const line = await Line.open(() => hub.url);
  const common = { PORT: '0', DATA_DIR: dataDir, LOG_LEVEL: 'silent', UPSTREAM_URL: line.url, ...env };
  const { clock } = hub;
  const config = readConfig({ ...common, RELAY_CODE: await relayCode(hub, street) });
  const relay = await startRelay({ config, clock });
  const running: TestRelay = {
    relay,
    url: relay.url,
    dataDir,
    line,
    // What a station asks of the hub itself, its catalog, is the same at both.
    get asHub() {
      return { ...hub, url: running.url };
    },
    async restart() {
      await running.relay.stop();
      // The code has served its turn.
      running.relay = await startRelay({ config: readConfig(common), clock });
      running.url = running.relay.url;
    },
    async end() {
      await running.relay.stop();
      await line.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return running;
}
