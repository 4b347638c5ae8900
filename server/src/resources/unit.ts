/** The units of the district: a new community at once; a new name, a merger or the end on a day. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Unit } from '@sanji/sync/domain/catalog';
import { isDay } from '@sanji/sync/domain/dates';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { nameProblem } from '@sanji/sync/domain/unit-change';
import { answered, forStaff, NOTHING, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import { millis, unitCode } from './schemas.ts';

const name = z.string().trim().min(1).max(60);
const date = z.string().refine(isDay, 'not-a-day');
const change = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rename'), unit: unitCode, date, name, display: name }),
  z.object({ kind: z.literal('merge'), unit: unitCode, date, into: unitCode }),
  z.object({ kind: z.literal('close'), unit: unitCode, date }),
]);
const plan = z.object({
  id: z.string(),
  change,
  by: z.string(),
  at: millis,
  /** Why it could not be carried out on its day. */
  problem: z.object({ code: z.string() }).loose().optional(),
});
const community = z.object({ code: unitCode, name, display: name, parent: unitCode });
const unit = community.extend({ tier: z.literal('community'), active: z.literal(true) });

export function unitRoutes({ catalog, clock, unitChanges, audit }: Container): Endpoint[] {
  async function add(body: z.infer<typeof community>): Promise<Result<Unit>> {
    const { units, settings } = catalog.current();
    const { code, parent } = body;
    // Case numbers carry the last six digits: they tell units of one district apart, and no others.
    if (code.slice(0, 6) !== settings.district.slice(0, 6))
      return refused('field-invalid', { field: 'code', expected: `${settings.district.slice(0, 6)}…` });
    if (units.has(code)) return refused('unit-known', { unit: code });
    const above = units.get(parent);
    if (above?.active !== true || above.tier !== 'street') return refused('bad-target', { to: parent });
    const bad = nameProblem(catalog.current(), body);
    if (bad !== undefined) return { ok: false, problem: bad };
    const added: Unit = { ...body, tier: 'community', active: true };
    return (await catalog.insert({ kind: 'unit', unit: added })) === 'written'
      ? { ok: true, value: added }
      : refused('unit-known', { unit: code });
  }

  return [
    forStaff({
      name: 'POST /api/units',
      summary: 'Add a community under a street. What it handles follows from the rules of its tier.',
      body: community,
      answers: { schema: unit, status: 201 },
      async handle({ body }, { staff: { staffId: by } }) {
        const added = await add(body);
        await audit({
          kind: 'unit-added',
          staffId: by,
          object: `unit:${body.code}`,
          result: added.ok ? 'ok' : 'refused',
          details: { name: body.name, parent: body.parent, ...(!added.ok && { code: added.problem.code }) },
        });
        return added.ok ? answered(added.value, 201) : added;
      },
    }),
    forStaff({
      name: 'GET /api/unit-plans',
      summary: 'Changes of units that wait for their day.',
      answers: { schema: z.object({ plans: z.array(plan) }) },
      handle: async () => answered({ plans: await unitChanges.list() }),
    }),
    forStaff({
      name: 'POST /api/unit-plans',
      summary:
        'Rename a unit, merge it into another of its tier, or close it, on a day; today means at once. Refused where open cases would be left without a holder.',
      body: change,
      answers: { schema: z.object({ applied: z.boolean() }), status: 201 },
      async handle({ body }, { staff: { staffId: by } }) {
        const done = await unitChanges.plan({ id: randomUUID(), change: body, by, at: clock.now() });
        if (!done.ok || !done.value.applied)
          await audit({
            kind: 'unit-planned',
            staffId: by,
            object: `unit:${body.unit}`,
            result: done.ok ? 'ok' : 'refused',
            details: { kind: body.kind, date: body.date, ...(!done.ok && { code: done.problem.code }) },
          });
        return done.ok ? answered(done.value, 201) : done;
      },
    }),
    forStaff({
      name: 'DELETE /api/unit-plans/:id',
      summary: 'Drop a change before its day.',
      answers: { schema: z.undefined(), status: 204 },
      async handle({ params }, { staff: { staffId: by } }) {
        const dropped = await unitChanges.drop(params['id'] ?? '');
        if (dropped === undefined) return refused('not-found');
        const { kind, unit: code, date: day } = dropped.change;
        await audit({
          kind: 'unit-plan-dropped',
          staffId: by,
          object: `unit:${code}`,
          result: 'ok',
          details: { kind, date: day },
        });
        return NOTHING;
      },
    }),
  ];
}
