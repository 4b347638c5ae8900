/** Matters come as a file: all of it or nothing, with the line and the reason when it is nothing. */
import { z } from 'zod';
import { isDeepStrictEqual } from 'node:util';
import type { Catalog, MatterVersion } from '@sanji/sync/domain/catalog';
import { readJson } from '@sanji/sync/domain/json-file';
import { parseMatterFile } from '@sanji/sync/domain/matter-file';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { answered, forStaff, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';

const MAX_BYTES = 4 * 1024 * 1024;

export function matterRoutes({ catalog, audit }: Container): Endpoint[] {
  return [
    forStaff({
      name: 'POST /api/matters/import',
      summary: 'Import a file of matters. A version once published is never changed: cases are pinned to it.',
      body: z.string().min(1),
      bodyType: 'text',
      maxBytes: MAX_BYTES,
      answers: { schema: z.object({ imported: z.int() }), status: 201 },
      async handle({ body }, { staff }) {
        // Streets narrow rules; what a matter is, the district says.
        if (catalog.current().units.get(staff.unit)?.tier !== 'district')
          return refused('out-of-scope', { unit: staff.unit });
        const parsed = newVersions(catalog.current(), body);
        if (parsed.ok) await catalog.putAll(parsed.value.map((matter) => ({ kind: 'matter', matter })));
        await audit({
          kind: 'matters-imported',
          staffId: staff.staffId,
          object: 'matters',
          result: parsed.ok ? 'ok' : 'refused',
          details: parsed.ok ? { count: parsed.value.length } : { ...parsed.problem.params },
        });
        return parsed.ok ? answered({ imported: parsed.value.length }, 201) : parsed;
      },
    }),
  ];
}

/** What the file brings that is not there yet; a version that is there with other content refuses the whole file. */
function newVersions(catalog: Catalog, source: string): Result<MatterVersion[]> {
  const parsed = parseMatterFile(source);
  if (!parsed.ok)
    return refused('file-invalid', { ...(parsed.problems[0] ?? { line: 1, field: '', reason: 'empty' }) });
  const fresh: MatterVersion[] = [];
  for (const [row, matter] of parsed.matters.entries()) {
    const known = catalog.matters.get(matter.matterId)?.find(({ version }) => version === matter.version);
    if (known === undefined) fresh.push(matter);
    else if (!isDeepStrictEqual(known, matter)) {
      const read = readJson(source);
      const where = read.ok
        ? read.value.problemAt([row, 'version'], 'version-published')
        : { line: 1, field: '', reason: 'version-published' };
      return refused('file-invalid', { ...where });
    }
  }
  return { ok: true, value: fresh };
}
