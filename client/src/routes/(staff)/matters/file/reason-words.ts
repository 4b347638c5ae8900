/** Why a cell or a line of a matter file is refused, in words. A reason nobody has words for shows itself. */
import type { MatterPart } from '@sanji/sync/domain/matter-difference';
import { m } from '#lib/i18n/paraglide/messages.js';

const WORDS: Record<string, () => string> = {
  missing: m.file_bad_missing,
  'unknown-field': m.file_bad_unknown_field,
  duplicate: m.file_bad_duplicate,
  'duplicate-key': m.file_bad_duplicate,
  'not-a-day': m.file_bad_day,
  'bad-format': m.file_bad_format,
  'bad-pattern': m.file_bad_format,
  'bad-condition': m.file_bad_condition,
  cycle: m.file_bad_cycle,
  conditional: m.file_bad_conditional,
  'needs-a-condition': m.file_bad_needs_condition,
  'not-drawable': m.file_bad_not_drawable,
  'not-in-a-group': m.file_bad_no_group,
  'not-a-number': m.file_bad_not_number,
  'not-deferrable': m.file_bad_not_deferrable,
  'unknown-matter': m.file_bad_unknown_matter,
  'promise-beyond-legal': m.file_bad_promise,
  'ends-before-it-begins': m.file_bad_order,
  'version-published': m.file_bad_published,
  'date-in-past': m.file_bad_past,
  'not-the-next': m.file_bad_not_next,
  unreadable: m.file_bad_unreadable,
  empty: m.file_bad_unreadable,
};

export function reasonText(reason: string): string {
  const [code = '', detail = ''] = reason.split(/:(.*)/s);
  if (code === 'unknown-name') return m.file_bad_unknown_name({ name: detail });
  if (code === 'unknown-choice') return m.file_bad_unknown_choice({ value: detail });
  if (code === 'one-of') return m.file_bad_one_of({ values: detail.replaceAll('|', ', ') });
  if (code === 'syntax') return m.file_bad_syntax({ detail });
  if (code.startsWith('expected-')) return m.file_bad_type({ type: code.slice('expected-'.length) });
  if (code.startsWith('at-least-')) return m.file_bad_at_least({ limit: code.slice('at-least-'.length) });
  if (code.startsWith('at-most-')) return m.file_bad_at_most({ limit: code.slice('at-most-'.length) });
  return WORDS[code]?.() ?? reason;
}

export function partText(part: MatterPart): string {
  const words: Record<MatterPart, () => string> = {
    name: m.file_part_name,
    basics: m.file_part_basics,
    limits: m.file_part_limits,
    materials: m.intake_materials,
    fields: m.file_part_fields,
    groups: m.file_part_groups,
    checks: m.file_part_checks,
    serviceStandard: m.guide_service,
    discretionRule: m.case_discretion,
    processStandard: m.guide_process,
    defects: m.file_part_defects,
  };
  return words[part]();
}
