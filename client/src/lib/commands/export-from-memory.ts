/**
 * Everything unsent that this page still holds, when its store takes or gives nothing any more: bundles like any other, signed by this terminal
 * and sealed for the hub. Reads and writes no database.
 */
import { refused, type Result } from '@sanji/sync/domain/problem';
import { bundleText } from '@sanji/sync/protocol/bundle';
import { partOf } from '#lib/local/sealed-outbox.ts';
import { bundleName, signBundles } from '#lib/local/sign-bundles.ts';
import { openStation } from '#lib/local/station.ts';
import { caseList } from '#lib/state/case-list.svelte.ts';
import { clock } from '#lib/state/clock.svelte.ts';
import { session } from '#lib/state/session.svelte.ts';
import { strayTray } from '#lib/state/stray-tray.svelte.ts';
import type { BundleFile } from './export-bundle.ts';

export async function exportFromMemory(): Promise<Result<{ files: BundleFile[]; cases: number }>> {
  const { device } = session;
  if (device === undefined) return refused('device-required');
  const { seal } = await openStation();
  if (!seal.isOpen) return refused('login-required');
  const unsent = caseList.rows.filter(({ state }) => state.pending.length > 0).map(({ doc }) => doc);
  const sealed = [
    ...unsent.map((doc) => ({ label: doc._id, value: doc as unknown })),
    ...strayTray.open.map((stray) => ({ label: stray.action.body.id, value: stray as unknown })),
  ].map(async ({ label, value }) => partOf(label, await seal.seal(JSON.stringify(value), label)));
  // Number 0: a store that is gone cannot count on.
  const head = { purpose: 'upload', seq: 0, at: clock.read(), asks: null } as const;
  const bundles = await signBundles(device, await Promise.all(sealed), head);
  const files = bundles.map((bundle, i) => ({
    name: bundleName(device, bundle, i),
    text: bundleText(bundle),
  }));
  return { ok: true, value: { files, cases: unsent.length } };
}
