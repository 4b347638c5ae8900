/** Publications in the making: drafted by one matter administrator, submitted, and published by another. Streets narrow for themselves. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { AuditKind } from '@sanji/sync/audit/log-kinds';
import { STATUSES } from '@sanji/sync/domain/action';
import { TIERS } from '@sanji/sync/domain/identifiers';
import { dayOf } from '@sanji/sync/domain/calendar';
import type { Staff } from '@sanji/sync/domain/catalog';
import { refused, type Result } from '@sanji/sync/domain/problem';
import { hash } from '@sanji/sync/domain/signing';
import { answered, forStaff, NOTHING, type Endpoint, type StaffCaller } from '../http/endpoint.ts';
import type { Versioned } from '../store/directory-store.ts';
import type { Container } from '../container.ts';
import { effectOf, MAX_LISTED, strandedBy } from '../hub/draft-effect.ts';
import { publishDraft, type StoredDraft } from '../hub/publish-draft.ts';
import { millis, tierRule, unitCode } from './schemas.ts';

const content = z.object({
  version: z.string().trim().min(1).max(40),
  effectiveFrom: z.string().max(10),
  effectiveTo: z.string().max(10).exactOptional(),
  document: z.string().trim().max(200),
  rows: z.array(tierRule).max(2_000),
  issuer: unitCode.optional(),
});
const change = content.extend({ rev: z.string().max(200) });
const drafted = content.extend({
  id: z.string(),
  rev: z.string(),
  issuer: unitCode,
  status: z.enum(['draft', 'submitted']),
  createdBy: z.string(),
  updatedBy: z.string(),
  updatedAt: millis,
  submittedBy: z.string().optional(),
});
const published = z.object({
  seq: z.int(),
  version: z.string(),
  effectiveFrom: z.string(),
  effectiveTo: z.string().optional(),
  document: z.string(),
  issuer: unitCode,
  rows: z.array(tierRule),
  publishedBy: z.array(z.string()),
  publishedAt: millis,
});
const count = z.int().min(0);
const effect = z.object({
  units: z.array(unitCode),
  cases: z.object({
    total: count,
    staying: count,
    byTier: z.object({ community: count, street: count, district: count }),
    listed: z
      .array(
        z.object({
          caseId: z.string(),
          caseNo: z.string().optional(),
          matterId: z.string(),
          status: z.enum(STATUSES),
          unit: unitCode,
          tier: z.enum(TIERS),
          stays: z.boolean(),
        }),
      )
      .max(MAX_LISTED),
  }),
  newestSeq: count,
  stations: z.array(
    z.object({ unit: unitCode, terminal: z.string(), rulesSeq: count.optional(), asOf: millis.optional() }),
  ),
  /** What speaks against publishing, as of now. */
  problem: z
    .object({ code: z.string(), params: z.record(z.string(), z.union([z.string(), z.number()])).optional() })
    .optional(),
});
const MAX_BYTES = 1024 * 1024;

export function ruleDraftRoutes({ stores, catalog, openCases, clock, life, audit }: Container): Endpoint[] {
  const drafts = stores.directory.documents<StoredDraft>('rule-draft');
  const isDistrict = ({ unit }: Staff) => catalog.current().units.get(unit)?.tier === 'district';

  /** The district's administrators see the drafts of their streets too; each edits only the own unit's. */
  async function own(params: Record<string, string>, staff: Staff): Promise<Result<Versioned<StoredDraft>>> {
    const found = await drafts.find(params['id'] ?? '');
    if (found === undefined) return refused('not-found');
    return found.value.issuer === staff.unit
      ? { ok: true, value: found }
      : refused('out-of-scope', { unit: found.value.issuer });
  }
  async function store(draft: StoredDraft, rev: string | undefined, status: 200 | 201 = 200) {
    if ((await drafts.put(draft.id, draft, rev)) === 'conflict') return refused('edit-conflict');
    const saved = await drafts.find(draft.id);
    return saved === undefined ? refused('edit-conflict') : answered(shown(saved), status);
  }
  const note = (caller: StaffCaller, kind: AuditKind, id: string) =>
    audit({ kind, staffId: caller.staff.staffId, object: `rule-draft:${id}`, result: 'ok' });

  return [
    forStaff({
      name: 'GET /api/rule-drafts',
      summary: 'Drafts of the own unit; for the district, of its streets too.',
      answers: { schema: z.object({ drafts: z.array(drafted) }) },
      async handle(_asked, { staff }) {
        const all = await drafts.list();
        const visible = all.filter(({ value }) => value.issuer === staff.unit || isDistrict(staff));
        return answered({ drafts: visible.map(shown) });
      },
    }),
    forStaff({
      name: 'POST /api/rule-drafts',
      summary: 'Start a draft for the own unit.',
      body: content,
      maxBytes: MAX_BYTES,
      answers: { schema: drafted, status: 201 },
      async handle({ body }, caller) {
        const { staff } = caller;
        const { issuer = staff.unit, ...rest } = body;
        if (issuer !== staff.unit) return refused('out-of-scope', { unit: issuer });
        const by = staff.staffId;
        const draft: StoredDraft = {
          ...rest,
          id: randomUUID(),
          issuer,
          status: 'draft',
          createdBy: by,
          updatedBy: by,
          updatedAt: clock.now(),
        };
        const result = await store(draft, undefined, 201);
        if (result.ok) await note(caller, 'rules-drafted', draft.id);
        return result;
      },
    }),
    forStaff({
      name: 'PUT /api/rule-drafts/:id',
      summary: 'Change a draft; one that was submitted must be submitted again.',
      body: change,
      maxBytes: MAX_BYTES,
      answers: { schema: drafted },
      async handle({ body, params }, caller) {
        const found = await own(params, caller.staff);
        if (!found.ok) return found;
        const { rev, issuer: _issuer, ...rest } = body;
        const { id, issuer, createdBy } = found.value.value;
        const updatedBy = caller.staff.staffId;
        const result = await store(
          { ...rest, id, issuer, createdBy, status: 'draft', updatedBy, updatedAt: clock.now() },
          rev,
        );
        if (result.ok) await note(caller, 'rules-edited', id);
        return result;
      },
    }),
    forStaff({
      name: 'DELETE /api/rule-drafts/:id',
      summary: 'Throw a draft away.',
      answers: { schema: z.undefined(), status: 204 },
      async handle({ params }, caller) {
        const found = await own(params, caller.staff);
        if (!found.ok) return found;
        if ((await drafts.remove(found.value.value.id, found.value.rev)) === 'conflict')
          return refused('edit-conflict');
        await note(caller, 'rules-discarded', found.value.value.id);
        return NOTHING;
      },
    }),
    forStaff({
      name: 'GET /api/rule-drafts/:id/effect',
      summary:
        'What publishing a draft would touch: units, open cases, terminals and the rules each has; and what speaks against it.',
      answers: { schema: effect },
      async handle({ params }, { staff }) {
        const found = await drafts.find(params['id'] ?? '');
        if (found === undefined) return refused('not-found');
        const { value } = found;
        if (value.issuer !== staff.unit && !isDistrict(staff))
          return refused('out-of-scope', { unit: value.issuer });
        const known = catalog.current();
        const deps = { catalog: known, openCases, directory: stores.directory };
        const { stranded, ...touched } = await effectOf(deps, value);
        const problem = publishDraft.check(known, value, dayOf(clock.now())) ?? stranded;
        return answered({ ...touched, ...(problem !== undefined && { problem }) });
      },
    }),
    forStaff({
      name: 'POST /api/rule-drafts/:id/submit',
      summary:
        'Hand a draft to the second administrator. Refused while anything speaks against publishing it.',
      answers: { schema: drafted },
      async handle({ params }, caller) {
        const found = await own(params, caller.staff);
        if (!found.ok) return found;
        const { value, rev } = found.value;
        const known = catalog.current();
        const bad =
          publishDraft.check(known, value, dayOf(clock.now())) ??
          (await strandedBy({ catalog: known, openCases }, value));
        if (bad !== undefined) return { ok: false, problem: bad };
        const result = await store(
          { ...value, status: 'submitted', submittedBy: caller.staff.staffId, updatedAt: clock.now() },
          rev,
        );
        if (result.ok) await note(caller, 'rules-submitted', value.id);
        return result;
      },
    }),
    forStaff({
      name: 'POST /api/rule-drafts/:id/publish',
      summary: 'Publish a submitted draft. Takes another administrator than the one who submitted it.',
      answers: { schema: published, status: 201 },
      async handle({ params }, { staff }) {
        const found = await own(params, staff);
        if (!found.ok) return found;
        const object = `rule-draft:${found.value.value.id}`;
        const done = await publishDraft.publish(
          { catalog, drafts, openCases, clock, seqFloor: life.epoch.seqFloor },
          found.value,
          staff.staffId,
        );
        if (!done.ok) {
          await audit({
            kind: 'rules-published',
            staffId: staff.staffId,
            object,
            result: 'refused',
            details: { code: done.problem.code },
          });
          return done;
        }
        const { seq, version, rows, effectiveFrom } = done.value;
        const details = {
          draft: found.value.value.id,
          version,
          rows: rows.length,
          effectiveFrom,
          hash: await hash(done.value),
        };
        await audit({
          kind: 'rules-published',
          staffId: staff.staffId,
          object: `rules:${String(seq)}`,
          result: 'ok',
          details,
        });
        return answered(done.value, 201);
      },
    }),
  ];
}

function shown({ value, rev }: Versioned<StoredDraft>) {
  return { ...value, rev };
}
