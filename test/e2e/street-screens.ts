/** A community and its street office at a relay, each in a browser of its own, and the district line that can be cut. */
import { join } from 'node:path';
import { makeCode } from '../bench/station.ts';
import { Line } from '../integration/line.ts';
import { relayCode } from '../integration/running-relay.ts';
import { PEOPLE, UNITS } from './cast.ts';
import { freePort, startHubProcess, type RunningHub } from './hub-process.ts';
import { Terminal } from './terminal.ts';

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
  const open = async (place: 'community' | 'street'): Promise<Terminal> => {
    const terminal = new Terminal({
      profileDir: join(scratch, `screens-${place}`),
      origin: `http://${place}.localhost:${String(relay.port)}`,
    });
    await terminal.open(await makeCode(hub.url, UNITS[place]));
    await terminal.unlock(place === 'community' ? PEOPLE.yang : PEOPLE.pu);
    return terminal;
  };
  const community = await open('community');
  const street = await open('street');
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
