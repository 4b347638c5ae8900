/** A sample of the faults in real processes; `npm run faults` does them all, often. */
import { describe, expect, test } from 'vitest';
import { FAULTS } from '../faults/faults.ts';
import { runFault } from '../faults/district-under-fault.ts';

const STRIKES = 2;
/** A store that must start and seed anew takes long; the whole run has it. */
const SAMPLED = FAULTS.filter(({ stores }) => stores.includes('embedded'));

describe.each(SAMPLED)('$name', { timeout: 300_000 }, (fault) => {
  test('nothing made or acknowledged is lost, and stations end equal with the hub', async () => {
    const report = await runFault(fault, { store: 'embedded', seed: 1, strikes: STRIKES });
    expect(report.findings).toEqual([]);
    expect(report.acknowledged).toBeGreaterThan(0);
  });
});
