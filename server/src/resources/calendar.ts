/** Working days of a year: handed in by one administrator of the district, in force when another publishes them. Earlier versions are kept. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { dayOf } from '@sanji/sync/domain/calendar';
import { calendarProblem, type CalendarContent } from '@sanji/sync/domain/calendar-check';
import type { CalendarYear, Staff } from '@sanji/sync/domain/catalog';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { answered, forStaff, NOTHING, type Endpoint } from '../http/endpoint.ts';
import type { Versioned } from '../store/directory-store.ts';
import type { Container } from '../container.ts';
import { millis } from './schemas.ts';

/** More days than a year has are no calendar. */
const MAX_DAYS = 366;
const days = z.array(z.string().max(10)).max(MAX_DAYS);
const content = z.object({
  year: z.int().min(2000).max(2200),
  issuer: z.string().trim().min(1).max(200),
  holidays: days,
  makeUpDays: days,
});
const drafted = content.extend({ id: z.string(), submittedBy: z.string(), submittedAt: millis });
const published = content.extend({
  version: z.int(),
  publishedBy: z.array(z.string()),
  publishedAt: millis,
});

interface CalendarDraft extends CalendarContent {
  id: string;
  submittedBy: string;
  submittedAt: number;
}
interface PublishedCalendar extends CalendarYear {
  publishedBy: string[];
  publishedAt: number;
}

export function calendarRoutes({ stores, catalog, clock, audit }: Container): Endpoint[] {
  const drafts = stores.directory.documents<CalendarDraft>('calendar-draft');
  const history = stores.directory.documents<PublishedCalendar>('calendar-version');
  const check = (draft: CalendarContent) =>
    calendarProblem(catalog.current().calendars, draft, dayOf(clock.now()));

  /** The days off are the district's to set. */
  function outside({ unit }: Staff) {
    return catalog.current().units.get(unit)?.tier === 'district'
      ? undefined
      : refused('out-of-scope', { unit });
  }
  async function draftFor(id: string | undefined, staff: Staff): Promise<Result<Versioned<CalendarDraft>>> {
    const barred = outside(staff);
    if (barred !== undefined) return barred;
    const found = await drafts.find(id ?? '');
    return found === undefined ? refused('not-found') : { ok: true, value: found };
  }

  return [
    forStaff({
      name: 'GET /api/calendar-drafts',
      summary: 'Years that wait for the second administrator, and the versions there were, newest first.',
      answers: { schema: z.object({ drafts: z.array(drafted), history: z.array(published) }) },
      async handle(_asked, { staff }) {
        const barred = outside(staff);
        if (barred !== undefined) return barred;
        const [waiting, earlier] = await Promise.all([drafts.list(), history.list()]);
        return answered({
          drafts: waiting.map(({ value }) => value),
          history: earlier.map(({ value }) => value).sort((a, b) => b.year - a.year || b.version - a.version),
        });
      },
    }),
    forStaff({
      name: 'POST /api/calendar-drafts',
      summary: 'Hand in the working days of a year. Refused while anything speaks against publishing them.',
      body: content,
      answers: { schema: drafted, status: 201 },
      async handle({ body }, { staff }) {
        const barred = outside(staff);
        if (barred !== undefined) return barred;
        const bad = check(body);
        if (bad !== undefined) return { ok: false, problem: bad };
        const draft: CalendarDraft = {
          ...body,
          id: randomUUID(),
          submittedBy: staff.staffId,
          submittedAt: clock.now(),
        };
        await drafts.put(draft.id, draft);
        await audit({
          kind: 'calendar-submitted',
          staffId: staff.staffId,
          object: `calendar-draft:${draft.id}`,
          result: 'ok',
          details: { year: draft.year },
        });
        return answered(draft, 201);
      },
    }),
    forStaff({
      name: 'DELETE /api/calendar-drafts/:id',
      summary: 'Throw a year that waits away.',
      answers: { schema: z.undefined(), status: 204 },
      async handle({ params }, { staff }) {
        const found = await draftFor(params['id'], staff);
        if (!found.ok) return found;
        const { value, rev } = found.value;
        if ((await drafts.remove(value.id, rev)) === 'conflict') return refused('edit-conflict');
        await audit({
          kind: 'calendar-discarded',
          staffId: staff.staffId,
          object: `calendar-draft:${value.id}`,
          result: 'ok',
        });
        return NOTHING;
      },
    }),
    forStaff({
      name: 'POST /api/calendar-drafts/:id/publish',
      summary:
        'Publish a year. Takes another administrator than the one who handed it in; deadlines are computed anew from then on.',
      answers: { schema: published, status: 201 },
      async handle({ params }, { staff }) {
        const found = await draftFor(params['id'], staff);
        if (!found.ok) return found;
        const { id, submittedBy, submittedAt: _at, ...draft } = found.value.value;
        const object = `calendar:${String(draft.year)}`;
        const bad = submittedBy === staff.staffId ? refused('second-person-needed').problem : check(draft);
        if (bad !== undefined) {
          await audit({
            kind: 'calendar-published',
            staffId: staff.staffId,
            object,
            result: 'refused',
            details: { code: bad.code },
          });
          return { ok: false, problem: bad };
        }
        // Claims the draft: of two who publish at once, one goes on. A crash from here on loses the draft, never half of a year.
        if ((await drafts.remove(id, found.value.rev)) === 'conflict') return refused('edit-conflict');
        const before = catalog.current().calendars.get(draft.year);
        if (before !== undefined) await keep({ ...before, publishedBy: [], publishedAt: 0 });
        const calendar: CalendarYear = { ...draft, version: (before?.version ?? 0) + 1 };
        await catalog.put([{ kind: 'calendar', calendar }]);
        const version = { ...calendar, publishedBy: [submittedBy, staff.staffId], publishedAt: clock.now() };
        await keep(version);
        await audit({
          kind: 'calendar-published',
          staffId: staff.staffId,
          object,
          result: 'ok',
          details: { version: calendar.version, submittedBy },
        });
        return answered(version, 201);
      },
    }),
  ];

  /** What was kept before stays: who published it is known then. */
  async function keep(version: PublishedCalendar): Promise<void> {
    await history.put(`${String(version.year)}-${String(version.version)}`, version);
  }
}
