/** Everything unsent as files for a USB stick, signed by this terminal and sealed as it lies on the disk. */
import { feedOf } from '@sanji/sync/domain/identifiers';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { bundleText } from '@sanji/sync/protocol/bundle';
import { changeBundleLog } from '#lib/local/bundle-log.ts';
import { bundleName, signBundles } from '#lib/local/sign-bundles.ts';
import { openStation } from '#lib/local/station.ts';
import { clock } from '#lib/state/clock.svelte.ts';
import { session } from '#lib/state/session.svelte.ts';

export interface BundleFile {
  name: string;
  text: string;
}

/** One file as a rule. Without unsent work the file only asks for what is new. */
export async function exportBundle(): Promise<Result<{ files: BundleFile[]; cases: number }>> {
  const { device } = session;
  if (device === undefined) return refused('device-required');
  const { database, outbox, store } = await openStation();
  // Numbered first: a number that is not used again does no harm, one used twice does.
  const { seq } = await changeBundleLog(database, (log) => ({
    ...log,
    seq: log.seq + 1,
    exportedAt: clock.read(),
  }));
  const asks = {
    cases: await store.checkpoint(feedOf(device.unit)),
    catalog: await store.checkpoint('catalog'),
  };
  const parts = await outbox.parts();
  const bundles = await signBundles(device, parts, { purpose: 'upload', seq, at: clock.read(), asks });
  const files = bundles.map((bundle, i) => ({
    name: bundleName(device, bundle, i),
    text: bundleText(bundle),
  }));
  return { ok: true, value: { files, cases: await outbox.countUnsent() } };
}
