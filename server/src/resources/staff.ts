/**
 * The staff of the district. Three hands: the system administrator opens, moves and closes accounts; the security administrator gives roles
 * and passwords; neither does so for the own account.
 */
import { z } from 'zod';
import type { AuditKind } from '@sanji/sync/audit/log-kinds';
import type { Staff } from '@sanji/sync/domain/catalog';
import { refused, type Problem, type Result } from '@sanji/sync/domain/problem';
import { policyOf } from '@sanji/sync/domain/security-policy';
import { staffProblem, STAFF_ROLES } from '@sanji/sync/domain/staff-rules';
import { answered, forStaff, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';
import { openWorkOf } from '../hub/open-work.ts';
import { firstPasswordFor } from '../sessions/first-password.ts';
import { isLocked } from '../sessions/lock.ts';
import { millis, staff as staffShape, staffId, unitCode } from './schemas.ts';

const text = (max: number) => z.string().trim().min(1).max(max);
const details = z.object({
  name: text(40),
  unit: unitCode,
  position: z.object({ zh: text(60), en: text(120) }),
});
const change = details.extend({
  active: z.boolean(),
  /** Who takes over what is open when the person leaves the unit. */
  successor: staffId.exactOptional(),
});
const roles = z.object({ roles: z.array(z.enum(STAFF_ROLES)).max(STAFF_ROLES.length) });
const firstPassword = z.object({ staff: staffShape, password: z.string() });
const listed = z.array(
  z.object({
    staffId: z.string(),
    passwordChangedAt: millis,
    mustChange: z.boolean(),
    lockedUntil: millis,
    /** The second factor; absent: none. */
    factor: z.object({ enrolledAt: millis, lockedUntil: millis, recoveryLeft: z.int() }).optional(),
  }),
);
const changed = z.object({ staff: staffShape, handedOver: z.int() });

type StaffRole = (typeof STAFF_ROLES)[number];

function inOrder(given: readonly StaffRole[]): StaffRole[] {
  return STAFF_ROLES.filter((role) => given.includes(role));
}

type Parts = Pick<
  Container,
  'catalog' | 'staffChanges' | 'stores' | 'sessions' | 'factors' | 'clock' | 'audit'
>;

export function staffRoutes({
  catalog,
  staffChanges,
  stores,
  sessions,
  factors,
  clock,
  audit,
}: Parts): Endpoint[] {
  /** Writes down how it ended; what was refused too. */
  async function logged<T>(
    { kind, by, about, more }: { kind: AuditKind; by: string; about: string; more?: Record<string, string> },
    result: Result<T>,
  ): Promise<Result<T>> {
    await audit({
      kind,
      staffId: by,
      object: `staff:${about}`,
      result: result.ok ? 'ok' : 'refused',
      details: { ...more, ...(!result.ok && { code: result.problem.code }) },
    });
    return result;
  }

  const policy = () => policyOf(catalog.current().settings);

  function unitProblem(unit: string): Problem | undefined {
    const known = catalog.current().units.get(unit);
    return known?.active === true ? undefined : { code: 'unit-inactive', params: { unit } };
  }

  async function create(body: z.infer<typeof details> & { staffId: string }) {
    if (catalog.current().staff.has(body.staffId)) return refused('staff-known', { staffId: body.staffId });
    const bad = unitProblem(body.unit);
    if (bad !== undefined) return { ok: false as const, problem: bad };
    const person: Staff = { ...body, roles: [], active: true };
    const password = firstPasswordFor(person, policy());
    // The credential first: an account nobody can log in to would stand in the way of trying again.
    await sessions.givePassword(person.staffId, password);
    if ((await catalog.insert({ kind: 'staff', staff: person })) === 'conflict')
      return refused('staff-known', { staffId: body.staffId });
    return { ok: true as const, value: { staff: person, password } };
  }

  async function alter(staffId: string, { successor, ...body }: z.infer<typeof change>) {
    let isLeaving = false;
    const done = await staffChanges.make(staffId, async () => {
      const known = catalog.current().staff.get(staffId);
      if (known === undefined) return refused('not-found');
      const { handedTo, ...rest } = known;
      isLeaving ||= known.active && (!body.active || body.unit !== known.unit);
      const next: Staff = { ...rest, ...body, ...(!isLeaving && handedTo !== undefined && { handedTo }) };
      const bad = staffProblem(catalog.current(), next) ?? (body.active ? unitProblem(body.unit) : undefined);
      if (bad !== undefined) return { ok: false, problem: bad };
      const open = isLeaving ? await openWorkOf(stores, known) : [];
      if (open.length > 0) {
        const colleague = catalog.current().staff.get(successor ?? '');
        const isFit = colleague?.active === true && colleague.unit === known.unit && colleague !== known;
        if (!isFit) return refused('successor-needed', { name: known.name, count: open.length });
        next.handedTo = colleague.staffId;
      }
      return { ok: true, value: { staff: next, handedOver: open.length } };
    });
    if (done.ok && isLeaving) await sessions.endAll(staffId);
    return done;
  }

  function giveRoles(staffId: string, given: readonly StaffRole[]): Promise<Result<{ staff: Staff }>> {
    return staffChanges.make(staffId, () => {
      const known = catalog.current().staff.get(staffId);
      if (known === undefined) return Promise.resolve(refused('not-found'));
      const staff: Staff = { ...known, roles: inOrder(given) };
      const bad = staffProblem(catalog.current(), staff);
      return Promise.resolve(
        bad === undefined ? { ok: true, value: { staff } } : { ok: false, problem: bad },
      );
    });
  }

  return [
    forStaff({
      name: 'GET /api/staff',
      summary: 'How each person’s login stands. Names, units and roles are in the catalog.',
      answers: { schema: listed },
      async handle() {
        const [credentials, secured] = await Promise.all([
          stores.directory.listStaffCredentials(),
          factors.list(),
        ]);
        const { lockMinutes } = policyOf(catalog.current().settings);
        const at = { now: clock.now(), lockMinutes };
        const factorOf = new Map(secured.map(({ staffId: id, ...factor }) => [id, { factor }]));
        return answered(
          credentials.map(({ staffId: id, passwordChangedAt, mustChange = false, lockedUntil }) => ({
            staffId: id,
            passwordChangedAt,
            mustChange,
            lockedUntil: isLocked({ lockedUntil }, at) ? lockedUntil : 0,
            ...factorOf.get(id),
          })),
        );
      },
    }),
    forStaff({
      name: 'POST /api/staff',
      summary: 'Open an account, without any role yet. The first password is shown once and must be changed.',
      body: details.extend({ staffId }),
      answers: { schema: firstPassword, status: 201 },
      async handle({ body }, { staff: { staffId: by } }) {
        const entry = { kind: 'staff-created' as const, by, about: body.staffId, more: { unit: body.unit } };
        const created = await logged(entry, await create(body));
        return created.ok ? answered(created.value, 201) : created;
      },
    }),
    forStaff({
      name: 'PUT /api/staff/:staffId',
      summary:
        'Change name, unit or position, or close the account. Open work of who leaves a unit goes to a colleague there.',
      body: change,
      answers: { schema: changed },
      async handle({ params, body }, { staff: { staffId: by } }) {
        const known = catalog.current().staff.get(params['staffId'] ?? '');
        if (known === undefined) return refused('not-found');
        const more = {
          unit: body.unit,
          active: String(body.active),
          ...(body.successor !== undefined && { successor: body.successor }),
        };
        const entry = { kind: 'staff-changed' as const, by, about: known.staffId, more };
        const done = await logged(
          entry,
          known.staffId === by && !body.active ? refused('own-account') : await alter(known.staffId, body),
        );
        return done.ok ? answered(done.value) : done;
      },
    }),
    forStaff({
      name: 'PUT /api/staff/:staffId/roles',
      summary:
        'Give and take roles; never the own ones, never two of the three administrators to one person.',
      body: roles,
      answers: { schema: changed.pick({ staff: true }) },
      async handle({ params, body }, { staff: { staffId: by } }) {
        const known = catalog.current().staff.get(params['staffId'] ?? '');
        if (known === undefined) return refused('not-found');
        const allowed =
          known.staffId === by ? refused('own-account') : await giveRoles(known.staffId, body.roles);
        const more = { from: known.roles.join(), to: inOrder(body.roles).join() };
        const done = await logged({ kind: 'staff-roles', by, about: known.staffId, more }, allowed);
        return done.ok ? answered(done.value) : done;
      },
    }),
    forStaff({
      name: 'POST /api/staff/:staffId/password',
      summary:
        'A new first password, shown once; it must be changed. Ends all sessions of the person, and the lock-out.',
      answers: { schema: firstPassword },
      async handle({ params }, { staff: { staffId: by } }) {
        const known = catalog.current().staff.get(params['staffId'] ?? '');
        if (known === undefined) return refused('not-found');
        const allowed = known.staffId === by ? refused('own-account') : ({ ok: true, value: known } as const);
        const entry = { kind: 'password-reset' as const, by, about: known.staffId };
        const done = await logged(entry, allowed);
        if (!done.ok) return done;
        const password = firstPasswordFor(known, policy());
        await sessions.givePassword(known.staffId, password);
        return answered({ staff: known, password });
      },
    }),
  ];
}
