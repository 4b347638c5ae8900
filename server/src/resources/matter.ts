/** Matters come as a file: all of it or nothing, with the line and the reason when it is nothing; in force when a second administrator says so. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AuditKind } from '@sanji/sync/audit/log-kinds';
import { dayOf } from '@sanji/sync/domain/calendar';
import type { Staff } from '@sanji/sync/domain/catalog';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { answered, forStaff, NOTHING, type Endpoint, type StaffCaller } from '../http/endpoint.ts';
import { newVersions, type MatterDraft } from '../hub/matter-drafts.ts';
import type { Versioned } from '../store/directory-store.ts';
import type { Container } from '../container.ts';
import { millis } from './schemas.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const drafted = z.object({
  id: z.string(),
  matters: z.array(z.record(z.string(), z.unknown())),
  submittedBy: z.string(),
  submittedAt: millis,
});

export function matterRoutes({ stores, catalog, clock, audit }: Container): Endpoint[] {
  const drafts = stores.directory.documents<MatterDraft>('matter-draft');

  /** Streets narrow rules; what a matter is, the district says. */
  function outOfScope({
    unit,
  }: Staff): { ok: false; problem: ReturnType<typeof refused>['problem'] } | undefined {
    return catalog.current().units.get(unit)?.tier === 'district'
      ? undefined
      : refused('out-of-scope', { unit });
  }
  async function own(id: string | undefined, staff: Staff): Promise<Result<Versioned<MatterDraft>>> {
    const outside = outOfScope(staff);
    if (outside !== undefined) return outside;
    const found = await drafts.find(id ?? '');
    return found === undefined ? refused('not-found') : { ok: true, value: found };
  }
  const note = (
    { staff }: StaffCaller,
    kind: AuditKind,
    entry: { object: string; result: 'ok' | 'refused'; details?: Record<string, string | number> },
  ) => audit({ kind, staffId: staff.staffId, ...entry });

  return [
    forStaff({
      name: 'GET /api/matter-drafts',
      summary: 'Files of matters that wait for the second administrator.',
      answers: { schema: z.object({ drafts: z.array(drafted) }) },
      async handle(_asked, { staff }) {
        const outside = outOfScope(staff);
        if (outside !== undefined) return outside;
        const all = await drafts.list();
        return answered({ drafts: all.map(({ value }) => value) });
      },
    }),
    forStaff({
      name: 'POST /api/matter-drafts',
      summary:
        'Hand in a file of matters. A version once published is never changed: cases are pinned to it.',
      body: z.string().min(1),
      bodyType: 'text',
      maxBytes: MAX_BYTES,
      answers: { schema: drafted, status: 201 },
      async handle({ body }, caller) {
        const outside = outOfScope(caller.staff);
        if (outside !== undefined) return outside;
        const read = newVersions(catalog.current(), body, dayOf(clock.now()));
        if (!read.ok) {
          const details = { code: read.problem.code, ...read.problem.params };
          await note(caller, 'matters-submitted', { object: 'matters', result: 'refused', details });
          return read;
        }
        const draft: MatterDraft = {
          id: randomUUID(),
          matters: read.value,
          submittedBy: caller.staff.staffId,
          submittedAt: clock.now(),
        };
        await drafts.put(draft.id, draft);
        const details = { count: draft.matters.length };
        await note(caller, 'matters-submitted', {
          object: `matter-draft:${draft.id}`,
          result: 'ok',
          details,
        });
        return answered(draft, 201);
      },
    }),
    forStaff({
      name: 'DELETE /api/matter-drafts/:id',
      summary: 'Throw a file that waits away.',
      answers: { schema: z.undefined(), status: 204 },
      async handle({ params }, caller) {
        const found = await own(params['id'], caller.staff);
        if (!found.ok) return found;
        const { value, rev } = found.value;
        if ((await drafts.remove(value.id, rev)) === 'conflict') return refused('edit-conflict');
        await note(caller, 'matters-discarded', { object: `matter-draft:${value.id}`, result: 'ok' });
        return NOTHING;
      },
    }),
    forStaff({
      name: 'POST /api/matter-drafts/:id/publish',
      summary: 'Publish a file of matters. Takes another administrator than the one who handed it in.',
      answers: { schema: z.object({ published: z.int() }), status: 201 },
      async handle({ params }, caller) {
        const found = await own(params['id'], caller.staff);
        if (!found.ok) return found;
        const { id, matters, submittedBy } = found.value.value;
        // Checked anew: what was published meanwhile may stand in the way.
        const again = newVersions(catalog.current(), JSON.stringify(matters), dayOf(clock.now()));
        const read = submittedBy === caller.staff.staffId ? refused('second-person-needed') : again;
        const object = `matter-draft:${id}`;
        if (!read.ok) {
          const details = { code: read.problem.code };
          await note(caller, 'matters-published', { object, result: 'refused', details });
          return read;
        }
        await catalog.putAll(read.value.map((matter) => ({ kind: 'matter', matter })));
        const left = await drafts.find(id);
        if (left !== undefined) await drafts.remove(id, left.rev);
        const details = { count: read.value.length, submittedBy };
        await note(caller, 'matters-published', { object, result: 'ok', details });
        return answered({ published: read.value.length }, 201);
      },
    }),
  ];
}
