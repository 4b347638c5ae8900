/** What a terminal without a screen puts on a stick, or hands over when it is taken out of service. */
import type { SignedAction } from '@sanji/sync/domain/action';
import { importSealKey, type SealKey } from '@sanji/sync/domain/sealing';
import { fromBase64Url, signValue } from '@sanji/sync/domain/signing';
import { makeBundle, sealPart, type Bundle, type BundleHead } from '@sanji/sync/protocol/bundle';
import type { PushedCase } from '@sanji/sync/protocol/messages';
import { ask } from './running-hub.ts';
import type { TestStation } from './test-station.ts';

/** As the hub gives it to whoever logs in at the terminal. */
export async function sealKeyOf(station: TestStation, staffId: string): Promise<SealKey> {
  const { deviceId, hub } = station;
  const answer = await ask(hub.url, 'POST /api/session', {
    body: { staffId, password: 'Wuhua-2026', deviceId },
  });
  const raw = fromBase64Url(String(answer.body['sealKey']));
  if (raw === undefined) throw new Error(`no seal key: ${JSON.stringify(answer.body)}`);
  return importSealKey(raw);
}

export interface BundleParts {
  key: SealKey;
  cases?: PushedCase[];
  strays?: SignedAction[];
  reveals?: object[];
  prints?: object[];
  head?: Partial<BundleHead>;
  /** Default: the station itself. */
  signer?: TestStation;
}

export async function bundleOf(
  station: TestStation,
  { key, cases = [], strays = [], reveals = [], prints = [], head = {}, signer = station }: BundleParts,
): Promise<Bundle> {
  const docs = cases.map(({ caseId, n, actions }) => {
    const log = Object.fromEntries(actions.map((action) => [action.body.id, action]));
    return { label: caseId, content: { _id: caseId, n, actions: log, rulings: {} } };
  });
  const tray = strays.map((action) => {
    const { id, caseId } = action.body;
    return { label: id, content: { caseId, action, strayedAt: 1 } };
  });
  const looks = reveals.map((content, i) => ({ label: `reveal.${String(i)}`, content }));
  const papers = prints.map((content, i) => ({ label: `print.${String(i)}`, content }));
  const parts = [...docs, ...tray, ...looks, ...papers].map(({ label, content }) =>
    sealPart(key, JSON.stringify(content), label),
  );
  const { deviceId, unit } = station;
  return makeBundle(
    { purpose: 'upload', deviceId, unit, at: 1, seq: 1, to: null, asks: null, ...head },
    await Promise.all(parts),
    (value) => signValue(value, signer.keys.privateKey),
  );
}
