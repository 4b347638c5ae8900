/** What people are told of an office, its hours first: handed in by one administrator, in force from a day once another has published it. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AuditKind } from '@sanji/sync/audit/log-kinds';
import { dayOf } from '@sanji/sync/domain/calendar';
import type { Staff } from '@sanji/sync/domain/catalog';
import { MAX_ADDRESS, officeProblems, speaksFor, unitsTold } from '@sanji/sync/domain/office-check';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { answered, forStaff, NOTHING, type Endpoint } from '../http/endpoint.ts';
import { publishOffice, type OfficeDraft } from '../hub/publish-office.ts';
import { terminalsInService } from '../hub/terminals-in-service.ts';
import type { Versioned } from '../store/directory-store.ts';
import type { Container } from '../container.ts';
import { millis, unitCode } from './schemas.ts';

/** Before noon and after; nobody closes more often. */
const MAX_SPANS = 2;
const minute = z
  .int()
  .min(0)
  .max(24 * 60);
const words = z.string().trim().max(2_000);
const content = z.object({
  unit: unitCode,
  effectiveFrom: z.string().max(10),
  effectiveTo: z.string().max(10).exactOptional(),
  week: z
    .array(z.array(z.object({ opensAt: minute, closesAt: minute })).max(MAX_SPANS))
    .length(7)
    .exactOptional(),
  address: z.string().trim().min(1).max(MAX_ADDRESS).exactOptional(),
  phone: z.string().trim().min(1).max(40).exactOptional(),
  remedies: z.object({ zh: words, en: words }).exactOptional(),
  document: z.string().trim().max(200),
});
const drafted = content.extend({ id: z.string(), submittedBy: z.string(), submittedAt: millis });
const published = content.extend({
  seq: z.int(),
  publishedBy: z.array(z.string()),
  publishedAt: millis,
});
const station = z.object({
  unit: unitCode,
  terminal: z.string(),
  officeSeq: z.int().optional(),
  asOf: millis.optional(),
});
const MAX_BYTES = 64 * 1024;

export function officeRoutes(container: Container): Endpoint[] {
  const { stores, catalog, openCases, clock, life, audit } = container;
  const drafts = stores.directory.documents<OfficeDraft>('office-draft');

  const isOutside = ({ unit: speaker }: Staff, unit: string): boolean =>
    !speaksFor(catalog.current(), speaker, unit);
  async function draftFor(id: string | undefined, staff: Staff): Promise<Result<Versioned<OfficeDraft>>> {
    const found = await drafts.find(id ?? '');
    if (found === undefined) return refused('not-found');
    const { unit } = found.value;
    return isOutside(staff, unit) ? refused('out-of-scope', { unit }) : { ok: true, value: found };
  }
  const note = (
    kind: AuditKind,
    { staffId }: Staff,
    entry: { object: string; code?: string | undefined; details?: Record<string, string | number> },
  ) => {
    const { object, code, details = {} } = entry;
    return audit({
      kind,
      staffId,
      object,
      result: code === undefined ? 'ok' : 'refused',
      details: { ...details, ...(code !== undefined && { code }) },
    });
  };

  return [
    forStaff({
      name: 'GET /api/office-drafts',
      summary:
        'What waits for the second administrator, of the own unit and those below it; and which terminals hold which version. The versions there were are in the catalog.',
      answers: { schema: z.object({ drafts: z.array(drafted), stations: z.array(station) }) },
      async handle(_asked, { staff }) {
        const waiting = await drafts.list();
        return answered({
          drafts: waiting.map(({ value }) => value).filter(({ unit }) => !isOutside(staff, unit)),
          stations: await stationsOf(container),
        });
      },
    }),
    forStaff({
      name: 'POST /api/office-drafts',
      summary: 'Hand in the office hours of a unit. Refused while anything speaks against publishing them.',
      body: content,
      maxBytes: MAX_BYTES,
      answers: { schema: drafted, status: 201 },
      async handle({ body }, { staff }) {
        const { unit } = body;
        if (isOutside(staff, unit)) return refused('out-of-scope', { unit });
        const [bad] = officeProblems(catalog.current(), body, dayOf(clock.now()));
        if (bad !== undefined) return { ok: false, problem: bad };
        const draft: OfficeDraft = {
          ...body,
          id: randomUUID(),
          submittedBy: staff.staffId,
          submittedAt: clock.now(),
        };
        await drafts.put(draft.id, draft);
        await note('office-submitted', staff, {
          object: `office-draft:${draft.id}`,
          details: { unit, effectiveFrom: draft.effectiveFrom },
        });
        return answered(draft, 201);
      },
    }),
    forStaff({
      name: 'GET /api/office-drafts/:id/effect',
      summary: 'What publishing a draft would touch: units, their open cases, and whether limits move.',
      answers: {
        schema: z.object({ units: z.array(unitCode), openCases: z.int().min(0), movesLimits: z.boolean() }),
      },
      async handle({ params }, { staff }) {
        const found = await draftFor(params['id'], staff);
        if (!found.ok) return found;
        const known = catalog.current();
        const units = unitsTold(known, found.value.value);
        const movesLimits = found.value.value.unit === known.settings.district;
        // Limits end with the district's hours wherever the case is.
        const touched = (await openCases.list()).filter(
          ({ head: { holder } }) => holder !== undefined && (movesLimits || units.includes(holder)),
        );
        return answered({ units, openCases: touched.length, movesLimits });
      },
    }),
    forStaff({
      name: 'DELETE /api/office-drafts/:id',
      summary: 'Throw a draft that waits away.',
      answers: { schema: z.undefined(), status: 204 },
      async handle({ params }, { staff }) {
        const found = await draftFor(params['id'], staff);
        if (!found.ok) return found;
        const { value, rev } = found.value;
        if ((await drafts.remove(value.id, rev)) === 'conflict') return refused('edit-conflict');
        await note('office-discarded', staff, {
          object: `office-draft:${value.id}`,
          details: { unit: value.unit },
        });
        return NOTHING;
      },
    }),
    forStaff({
      name: 'POST /api/office-drafts/:id/publish',
      summary: 'Publish a draft. Takes another administrator than the one who handed it in.',
      answers: { schema: published, status: 201 },
      async handle({ params }, { staff }) {
        const found = await draftFor(params['id'], staff);
        if (!found.ok) return found;
        const { unit, effectiveFrom, submittedBy } = found.value.value;
        const done = await publishOffice(
          { catalog, drafts, clock, seqFloor: life.epoch.seqFloor },
          found.value,
          staff.staffId,
        );
        await note('office-published', staff, {
          object: done.ok ? `office:${String(done.value.seq)}` : `office-draft:${found.value.value.id}`,
          code: done.ok ? undefined : done.problem.code,
          details: { unit, effectiveFrom, submittedBy },
        });
        return done.ok ? answered(done.value, 201) : done;
      },
    }),
  ];
}

/** The terminals in service, with the newest version each was given. */
async function stationsOf({ catalog, stores: { directory } }: Pick<Container, 'catalog' | 'stores'>) {
  const terminals = await terminalsInService({ catalog: catalog.current(), directory });
  return terminals.map(({ held, ...terminal }) => ({
    ...terminal,
    ...(held !== undefined && { officeSeq: held.officeSeq ?? 0, asOf: held.at }),
  }));
}
