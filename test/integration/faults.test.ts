/** A sample of the faults in real processes; `npm run faults` does them all, often. */
import { expect, test } from 'vitest';
import { runUnderFaults, type StoreKind } from '../faults/district-under-fault.ts';
import { FAULTS } from '../faults/faults.ts';

const couchdbUrl = process.env['COUCHDB_URL'] ?? '';
const STORES: StoreKind[] = ['embedded', 'compatible', ...(couchdbUrl === '' ? [] : ['couchdb' as const])];

test.each(STORES)(
  'nothing made or acknowledged is lost, and stations end equal with the hub: %s',
  { timeout: 300_000 },
  async (store) => {
    const faults = FAULTS.filter(
      ({ isLong, needsCouch }) => !isLong && (store !== 'embedded' || !needsCouch),
    );
    const report = await runUnderFaults({ store, seed: 1, faults, couchdbUrl });
    expect(report.findings).toEqual([]);
    expect(report.acknowledged).toBeGreaterThan(0);
  },
);

test(
  'a file that acknowledges before it has committed is found out by a kill',
  { timeout: 300_000 },
  async () => {
    const faults = FAULTS.filter(({ name }) => name === 'hub killed');
    const planted = new URL('../faults/early-commit.ts', import.meta.url);
    const { findings } = await runUnderFaults({ store: 'embedded', seed: 1, faults, planted, settleMs: 0 });
    expect(findings).toContainEqual(expect.stringMatching(/^acknowledged, then not: /));
  },
);
