/** A file of matters on its way into the catalog: brought by one administrator, published by another, whole or not at all. */
import type { Catalog, MatterVersion } from '@sanji/sync/domain/catalog';
import { readJson } from '@sanji/sync/domain/json-file';
import { parseMatterFile } from '@sanji/sync/domain/matter-file';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { isDeepStrictEqual } from 'node:util';

export interface MatterDraft {
  id: string;
  /** Only what is not published yet. */
  matters: MatterVersion[];
  submittedBy: string;
  submittedAt: number;
}

/**
 * What the file brings that is not there yet. Problems: file-invalid {line, field, reason}, also for a version that is published with other
 * content (cases are pinned to it) and for one that would begin in the past; no-change.
 */
export function newVersions(catalog: Catalog, source: string, today: string): Result<MatterVersion[]> {
  const parsed = parseMatterFile(source);
  if (!parsed.ok)
    return refused('file-invalid', { ...(parsed.problems[0] ?? { line: 1, field: '', reason: 'empty' }) });
  const invalid = (row: number, field: string, reason: string): Result<MatterVersion[]> => {
    const read = readJson(source);
    const where = read.ok ? read.value.problemAt([row, field], reason) : { line: 1, field, reason };
    return refused('file-invalid', { ...where });
  };
  const fresh: MatterVersion[] = [];
  for (const [row, matter] of parsed.matters.entries()) {
    const versions = catalog.matters.get(matter.matterId) ?? [];
    const known = versions.find(({ version }) => version === matter.version);
    if (known !== undefined) {
      if (!isDeepStrictEqual(known, matter)) return invalid(row, 'version', 'version-published');
      continue;
    }
    if (matter.effectiveFrom < today) return invalid(row, 'effectiveFrom', 'date-in-past');
    if (versions.some(({ version }) => version > matter.version))
      return invalid(row, 'version', 'not-the-next');
    fresh.push(matter);
  }
  return fresh.length === 0 ? refused('no-change') : { ok: true, value: fresh };
}
