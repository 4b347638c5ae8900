/** The sample district with the units its people work in and a few of its matters: what is checked entry by entry is checked fast. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SAMPLE = join(import.meta.dirname, '../../deploy/sample-district');

interface Row {
  matterId: string;
  tier: string;
  unit?: string;
  mode: string;
  decideAt: string;
  autoForward?: boolean;
}

/** A folder for SAMPLE_DIR. `remove` when the hub has been seeded from it. */
export function smallDistrict(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'sanji-district-'));
  cpSync(SAMPLE, dir, { recursive: true });
  const read = <T>(file: string): T => JSON.parse(readFileSync(join(SAMPLE, file), 'utf8')) as T;
  const write = (file: string, content: unknown): void => {
    writeFileSync(join(dir, file), JSON.stringify(content));
  };
  const units = new Set(read<{ unit: string }[]>('staff.json').map(({ unit }) => unit));
  write(
    'units.json',
    read<{ code: string }[]>('units.json').filter(({ code }) => units.has(code)),
  );
  const publications = read<{ rows: Row[] }[]>('rules.json');
  const accepted = publications
    .flatMap(({ rows }) => rows)
    .filter(
      ({ tier, mode, decideAt }) => tier === 'community' && mode === 'accept' && decideAt === 'district',
    )
    .map(({ matterId }) => matterId);
  const kept = new Set(accepted.slice(0, 4));
  write(
    'matters.json',
    read<{ matterId: string }[]>('matters.json').filter(({ matterId }) => kept.has(matterId)),
  );
  write(
    'rules.json',
    publications.map((each) => ({
      ...each,
      rows: each.rows.filter(
        ({ matterId, unit }) => kept.has(matterId) && (unit === undefined || units.has(unit)),
      ),
    })),
  );
  return {
    dir,
    remove: () => {
      rmSync(dir, { recursive: true });
    },
  };
}
