/**
 * The sample district with all its units but one under a single street, so that a street's matrix has a column for each of as many units as
 * the whole district has: the widest grid there can be.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Unit } from '@sanji/sync/domain/catalog';

const SAMPLE = fileURLToPath(new URL('../../deploy/sample-district', import.meta.url));
export const WIDE_STREET = '530102001000';
/** The district has no column in a street's grid: one community more makes up for it. */
const ONE_MORE = '530102001999';

/** @returns the folder for SAMPLE_DIR */
export function makeWideDistrict(scratch: string): string {
  const folder = join(scratch, 'wide-district');
  cpSync(SAMPLE, folder, { recursive: true });
  const file = join(folder, 'units.json');
  const units = JSON.parse(readFileSync(file, 'utf8')) as Unit[];
  const wide = units.map((unit): Unit =>
    unit.tier === 'district' || unit.code === WIDE_STREET
      ? unit
      : { ...unit, tier: 'community', parent: WIDE_STREET, active: true },
  );
  const [last] = wide.slice(-1);
  if (last === undefined) throw new Error('a district without units');
  writeFileSync(
    file,
    JSON.stringify([...wide, { ...last, code: ONE_MORE, name: '添设社区', display: '添设社区' }]),
  );
  return folder;
}
