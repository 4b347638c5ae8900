/** A hub whose backup is put back while a terminal went on working, and a copied profile of that terminal: what an administrator has to see. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { dayOf } from '@sanji/sync/domain/calendar';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import { MACHINE_CLOCK } from '@sanji/server/machine-time';
import { restoreBackup } from '@sanji/server/restore-backup';
import { loadSampleDistrict } from '@sanji/server/seed/sample-district';
import { ownMatter } from '../attack/planted-hub.ts';
import { TestStation } from '../integration/test-station.ts';
import { SAMPLE } from './cast.ts';
import { startHubProcess, type RunningHub } from './hub-process.ts';

export interface RestoredHub {
  hub: RunningHub;
  /** Of the case that only the terminal had. */
  caseNo: string;
  deviceId: string;
}

/** Ends with the hub running again, in its new epoch, and the case given back. The embedded store only. */
export async function restoreUnder(running: RunningHub, dataDir: string): Promise<RestoredHub> {
  const catalog = indexCatalog(loadSampleDistrict(SAMPLE).documents);
  const hub = {
    url: running.url,
    clock: MACHINE_CLOCK,
    hub: { container: { catalog: { current: () => catalog } } },
  };
  const station = await TestStation.join(hub, 'yangxm');
  const copied = await station.clone();
  const matterId = ownMatter(station);
  await running.stop();
  const backup = `${dataDir}-backup`;
  cpSync(dataDir, backup, { recursive: true });

  let again = await startHubProcess({ dataDir, port: running.port });
  await station.openSession();
  const pushed = await station.received('yangxm', matterId);
  await station.push(pushed);
  await again.stop();
  await restoreBackup({
    config: { dataDir, couchdbPrefix: '' },
    from: join(backup, 'hub.sqlite'),
    clock: MACHINE_CLOCK,
  });

  again = await startHubProcess({ dataDir, port: running.port });
  await station.openSession();
  const former = pushed.actions.map(({ body }, i) => [
    body.id,
    { epoch: 1, seq: i + 1, verdict: 'accepted' as const },
  ]);
  const { answer } = await station.push({ ...pushed, former: Object.fromEntries(former) });
  if (answer.results[0]?.kind !== 'delta') throw new Error(`not given back: ${JSON.stringify(answer)}`);
  await copied.openSession();
  await copied.push(await copied.received('yangxm', matterId));
  const [, receive] = pushed.actions;
  if (receive?.body.kind !== 'receive') throw new Error(`received on ${dayOf(Date.now())} without a receipt`);
  return { hub: again, caseNo: receive.body.payload.caseNo, deviceId: station.deviceId };
}
