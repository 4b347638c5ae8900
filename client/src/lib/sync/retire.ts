/**
 * A terminal that was taken out of service: hands over what is unsent, sealed as it lies on the disk, whether or not anybody has unlocked it, and
 * deletes everything once the hub has signed for all of it. Without a line it waits, and shows nothing of what it holds.
 */
import type { Problem } from '@sanji/sync/domain/problem';
import { hubKeys, isReceiptFor } from '@sanji/sync/protocol/handover';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import { handOver } from '#lib/hub/carry-bundle.ts';
import { changeBundleLog } from '#lib/local/bundle-log.ts';
import { liftRevocation, noteRevoked, wipeTerminal } from '#lib/local/revocation.ts';
import { signBundles } from '#lib/local/sign-bundles.ts';
import type { DeviceRecord } from '#lib/local/station-database.ts';
import type { Station } from '#lib/local/station.ts';
import { retirement } from '#lib/state/retirement.svelte.ts';
import { session } from '#lib/state/session.svelte.ts';
import { Reconnect } from './reconnect.ts';

type Message = { retired: true } | { wiped: true };
const CHANNEL = 'sanji-retirement';

let isRetiring = false;

/** The hub refuses this terminal: noted, and every page of it begins anew with nothing in its memory. Once a page. */
export async function retire({ database }: Station): Promise<void> {
  if (isRetiring) return;
  isRetiring = true;
  await noteRevoked(database, Date.now());
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage({ retired: true } satisfies Message);
  channel.close();
  startAnew();
}

/** For a page in service: leaves when another tab learns of the end. */
export function watchRetirement(): void {
  new BroadcastChannel(CHANNEL).onmessage = ({ data }: MessageEvent<Message>) => {
    if ('retired' in data) startAnew();
  };
}

function startAnew(): void {
  // Locked, so that the key is not carried over to the next page.
  session.lock();
  location.reload();
}

/** For a page out of service. One tab drives it to its end, the others hear of that. */
export async function runRetirement(station: Station, device: DeviceRecord): Promise<void> {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if ('wiped' in data) retirement.step = 'done';
  };
  retirement.unsent = await station.outbox.countUnsent();
  await navigator.locks.request('sanji-sync', async () => {
    if (retirement.step === 'done') return;
    const reconnect = new Reconnect();
    retirement.retry = () => {
      reconnect.now();
    };
    addEventListener('online', retirement.retry);
    for (;;) {
      retirement.step = 'handing-over';
      // Nothing may be appended between what is handed over and what is deleted.
      retirement.problem = await station.device.exclusive(() => handOverAndWipe(station, device));
      if (retirement.problem === undefined) break;
      retirement.step = 'waiting';
      if (retirement.problem.code === 'forbidden') {
        // In service after all: the hub was put back to a time before, or somebody else spoke in its name.
        await liftRevocation(station.database);
        location.reload();
        return;
      }
      await reconnect.wait();
    }
    removeEventListener('online', retirement.retry);
    retirement.step = 'done';
    channel.postMessage({ wiped: true } satisfies Message);
  });
}

async function handOverAndWipe(station: Station, device: DeviceRecord): Promise<Problem | undefined> {
  const { database, outbox } = station;
  const { seq } = await changeBundleLog(database, (log) => ({ ...log, seq: log.seq + 1 }));
  const keys = hubKeys(indexCatalog(await database.catalog.toArray()).devices);
  const head = { purpose: 'handover', seq, at: Date.now(), asks: null } as const;
  const parts = [...(await outbox.parts()), ...(await outbox.reports())];
  for (const bundle of await signBundles(device, parts, head)) {
    const answer = await handOver(bundle);
    if (!answer.ok) return answer.problem;
    if (!(await isReceiptFor(bundle, answer.value.receipt, keys))) return { code: 'signature-unverifiable' };
  }
  await wipeTerminal(station);
  return undefined;
}
