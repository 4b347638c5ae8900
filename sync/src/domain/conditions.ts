/**
 * May this unit receive this applicant's case? The conditions of the tier rule, held against what was entered; and whether the unit takes cases
 * at all on the day. By the rule the case is pinned to and the day of receipt, so that nothing published later touches it.
 */
import type { ActionPayloads, FormValue } from './action.ts';
import type { Catalog, MatterVersion, RuleCondition } from './catalog.ts';
import { takesCases } from './catalog-index.ts';
import { formProblems, shownFields } from './form-validity.ts';
import type { Day, UnitCode } from './identifiers.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';
import type { Actor } from './state.ts';
import { tierRank } from './tier-rules.ts';
import type { EffectiveRule } from './tier-rules.ts';

/** Fields of a matter's form that conditions look at. */
const RESIDENCE = 'residence';
const HEAD_COUNT = 'headCount';
const ELSEWHERE: FormValue = 'other';

type Facts = Pick<ActionPayloads['receive'], 'form'> & { conditionMet: boolean };

/** What the clerk has to confirm, and what the form says against it. Fields are named as on the intake screen. */
export function unmetCondition(
  condition: RuleCondition | undefined,
  { form, conditionMet }: Facts,
): Problem | undefined {
  if (condition === undefined) return undefined;
  const { text, residence } = condition;
  if (residence === true && form[RESIDENCE] === ELSEWHERE)
    return problem('condition-unmet', { condition: text, field: `form.${RESIDENCE}` });
  return conditionMet ? undefined : problem('condition-unmet', { condition: text, field: 'condition' });
}

interface Receipt {
  rule: EffectiveRule;
  matter: MatterVersion | undefined;
  actor: Actor;
  payload: ActionPayloads['receive'];
}

/** Everything that speaks against a receipt but status, place, role and mode. */
export function receiptProblem({ rule, matter, actor, payload }: Receipt): Problem | undefined {
  const { form, applicant, conditionMet } = payload;
  if (matter?.subject.includes(applicant.kind) === false)
    return problem('field-invalid', { field: 'applicant.kind', expected: 'subject' });
  return (
    unmetCondition(rule.condition, { form, conditionMet: conditionMet === true }) ??
    headCountProblem({ rule, matter, actor, payload }) ??
    (matter === undefined ? undefined : formProblems(matter.form, { applicant, values: form })[0])
  );
}

/** The back office is where the matter ends: a reviewer of that tier. At any counter a group of that size is sent there. */
function headCountProblem({ rule, matter, actor, payload }: Receipt): Problem | undefined {
  const max = rule.condition?.maxHeadCount;
  if (max === undefined || matter === undefined) return undefined;
  const { applicant, form } = payload;
  // A form may ask organisations only: a person comes alone.
  if (!shownFields(matter.form, applicant, form).some(({ name }) => name === HEAD_COUNT)) return undefined;
  if (typeof form[HEAD_COUNT] !== 'number') return problem('field-required', { field: `form.${HEAD_COUNT}` });
  return isBackOffice(rule, actor) ? undefined : crowdProblem(rule.condition, form);
}

export function isBackOffice(
  { decideAt }: EffectiveRule,
  { tier, roles }: Pick<Actor, 'tier' | 'roles'>,
): boolean {
  return tierRank(tier) >= tierRank(decideAt) && roles.includes('reviewer');
}

/** So many people are the back office's. */
export function crowdProblem(
  condition: RuleCondition | undefined,
  form: Readonly<Record<string, FormValue>>,
): Problem | undefined {
  const max = condition?.maxHeadCount;
  const count = form[HEAD_COUNT];
  if (max === undefined || typeof count !== 'number' || count < max) return undefined;
  return problem('back-office-needed', { count, max, field: `form.${HEAD_COUNT}` });
}

/** Problem: unit-inactive. */
export function unitProblem(
  { units }: Pick<Catalog, 'units'>,
  unit: UnitCode,
  day: Day,
): Problem | undefined {
  return takesCases(units.get(unit), day) ? undefined : problem('unit-inactive', { unit });
}
