/** A community and its street office at a relay, each in a browser of its own, and the district line that can be cut. */
import { join } from 'node:path';
import { Line } from '../integration/line.ts';
import { relayCode } from '../integration/running-relay.ts';
import { PEOPLE, terminalAt, UNITS } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import type { Terminal } from './terminal.ts';

export interface StreetScreens {
  line: Line;
  community: Terminal;
  street: Terminal;
  close: () => Promise<void>;
}

/** Enrols and unlocks both, the street office at its workbench; a relay without any case of its own yet. */
export async function openStreetScreens(hub: RunningHub, scratch: string): Promise<StreetScreens> {
  const line = await Line.open(() => hub.url);
  const relay = await startHubProcess({
    dataDir: join(scratch, 'screens-relay'),
    port: await freePort(),
    env: { UPSTREAM_URL: line.url, RELAY_CODE: await relayCode(hub, UNITS.street), COUCHDB_URL: '' },
  });
  // They join by a code of the district's, and speak to the relay alone.
  const at = { ...hub, port: relay.port };
  const community = await terminalAt(at, scratch, { place: 'community', person: PEOPLE.yang });
  const street = await terminalAt(at, scratch, { place: 'street', person: PEOPLE.pu });
  await street.go('/');
  return {
    line,
    community,
    street,
    async close() {
      await community.close();
      await street.close();
      await relay.stop();
      await line.close();
    },
  };
}
