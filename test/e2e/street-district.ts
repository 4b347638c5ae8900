/** The sample district with a clerk at each of three communities of two streets, and at both street offices. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import type { Catalog, Staff } from '@sanji/sync/domain/catalog';
import type { UnitCode } from '@sanji/sync/domain/identifiers';
import { loadSampleDistrict } from '@sanji/server/seed/sample-district';

const SAMPLE = join(import.meta.dirname, '../../deploy/sample-district');
const CLERK: Staff['roles'] = ['clerk', 'reviewer', 'issuer'];

export interface TestStreet {
  code: UnitCode;
  clerk: string;
  communities: { code: UnitCode; clerk: string }[];
}

export const STREETS: TestStreet[] = ['530102001', '530102002'].map((prefix) => ({
  code: `${prefix}000`,
  clerk: `s${prefix}`,
  communities: ['001', '002', '003'].map((end) => ({ code: `${prefix}${end}`, clerk: `c${prefix}${end}` })),
}));

/** A folder for SAMPLE_DIR, and what a hub makes of it. */
export function streetDistrict(scratch: string): { dir: string; catalog: Catalog } {
  const dir = mkdtempSync(join(scratch, 'district-'));
  cpSync(SAMPLE, dir, { recursive: true });
  const file = join(dir, 'staff.json');
  const known = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>[];
  const added = STREETS.flatMap((street) => [street, ...street.communities]).map(({ code, clerk }) => ({
    staffId: clerk,
    name: '测试员',
    unit: code,
    roles: CLERK,
    position: { zh: '综合窗口', en: 'Window clerk' },
    active: true,
    password: 'Wuhua-2026',
  }));
  writeFileSync(file, JSON.stringify([...known, ...added]));
  return { dir, catalog: indexCatalog(loadSampleDistrict(dir).documents) };
}
