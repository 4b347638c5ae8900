/** A relay that cannot start says why and what to do, and ends with the exit code for a wrong configuration. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runMain } from './run-main.ts';
import { ask, login, startTestHub, type TestHub } from './running-hub.ts';
import { relayCode } from './running-relay.ts';

const STREET = '530102001000';
const EXIT_CONFIG = 78;

let hub: TestHub;
let stranger: Server;
let strangerUrl: string;
let folder: string;
beforeAll(async () => {
  hub = await startTestHub();
  folder = mkdtempSync(join(tmpdir(), 'sanji-relay-start-'));
  stranger = createServer((_request, response) => response.end('<h1>hello</h1>')).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const address = stranger.address();
  strangerUrl = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`;
});
afterAll(async () => {
  stranger.close();
  await hub.end();
  rmSync(folder, { recursive: true, force: true });
});

test.each<[string, () => Record<string, string>, RegExp]>([
  ['no code', () => ({ UPSTREAM_URL: hub.url }), /not enrolled yet.*RELAY_CODE/],
  [
    'a wrong code',
    () => ({ UPSTREAM_URL: hub.url, RELAY_CODE: 'WRONG-12345' }),
    /RELAY_CODE.*Have a new one/,
  ],
  [
    'an address where nobody listens',
    () => ({ UPSTREAM_URL: 'http://127.0.0.1:9', RELAY_CODE: 'WRONG-12345' }),
    /UPSTREAM_URL does not answer.*afterwards it starts without/,
  ],
  [
    'an address where something else listens',
    () => ({ UPSTREAM_URL: strangerUrl, RELAY_CODE: 'WRONG-12345' }),
    /UPSTREAM_URL is no district hub.*Check the address/,
  ],
  [
    'an address with a path',
    () => ({ UPSTREAM_URL: `${hub.url}/api`, RELAY_CODE: 'WRONG-12345' }),
    /UPSTREAM_URL: scheme, host and port/,
  ],
])('with %s', async (what, env, said) => {
  const ended = await runMain({ DATA_DIR: join(folder, what), ...env() });
  expect(ended).toEqual({ code: EXIT_CONFIG, said: expect.stringMatching(said) as string });
  expect(ended.said).not.toContain('WRONG-12345');
});

test('once the district has taken it out of service', async () => {
  const env = { DATA_DIR: join(folder, 'revoked'), UPSTREAM_URL: hub.url };
  const first = await runMain({ ...env, RELAY_CODE: await relayCode(hub, STREET) }, 'listening on');
  expect(first).toEqual({ code: 0, said: expect.stringContaining('street relay for') as string });
  const headers = await login(hub.url, 'zhouj');
  const { devices } = hub.hub.container.catalog.current();
  const relay = [...devices.values()].find(({ kind }) => kind === 'relay');
  const revoke = `POST /api/devices/${relay?.deviceId ?? ''}/revoke`;
  expect((await ask(hub.url, revoke, { headers, body: { reason: 'lost' } })).status).toBe(204);
  const ended = await runMain(env);
  expect(ended).toEqual({
    code: EXIT_CONFIG,
    said: expect.stringMatching(/out of service.*empty DATA_DIR with a new code/) as string,
  });
});
