/** A street relay in this process, between a hub and its stations, on a line that a test cuts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@sanji/server/config';
import { startRelay, type StreetRelay } from '@sanji/server/relay/street-relay';
import { ask, login, type TestHub } from './running-hub.ts';

/** A line to the hub: `cut` drops what is under way and refuses what comes. */
export class Line {
  readonly url: string;
  readonly #sockets = new Set<Socket>();
  readonly #close: () => Promise<void>;
  #isCut = false;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  static async open(to: () => string): Promise<Line> {
    const server = createServer((near) => {
      if (line.#isCut) {
        near.destroy();
        return;
      }
      const far = connect(Number(new URL(to()).port), 'localhost');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        line.#sockets.add(one);
        one.on('error', () => undefined);
        one.once('close', () => {
          line.#sockets.delete(one);
          other.destroy();
        });
        one.pipe(other);
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const line = new Line(`http://127.0.0.1:${String(port)}`, async () => {
      line.cut();
      server.close();
      await once(server, 'close');
    });
    return line;
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): Promise<void> {
    return this.#close();
  }
}

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
