/** Words of the matrix: modes, tiers, columns, limits. */
import type { Catalog, MatterVersion } from '@sanji/sync/domain/catalog';
import type { Problem } from '@sanji/sync/domain/problem';
import type { CellFlags, MatrixColumn } from '@sanji/sync/domain/draft-base';
import { getLocale } from '#lib/i18n/paraglide/runtime.js';
import { m } from '#lib/i18n/paraglide/messages.js';
import { problemText } from '#lib/i18n/problem-text.ts';
import { conditionText, tierText } from '#lib/i18n/words.ts';
import type { MatrixRow } from './matrix-view.ts';

export function columnWord({ tier, unit }: MatrixColumn, catalog: Catalog): string {
  return unit === undefined ? tierText(tier) : (catalog.units.get(unit)?.display ?? unit);
}

export function limitShort({ instant, promiseDays, dayUnit }: MatterVersion): string {
  if (instant) return m.matrix_instant();
  return dayUnit === 'workday'
    ? m.matrix_workdays({ days: promiseDays })
    : m.matrix_days({ days: promiseDays });
}

export function matterWord(catalog: Catalog, matterId: string): string {
  const matter = catalog.matters.get(matterId)?.at(-1);
  return (getLocale() === 'en' ? matter?.name.en : matter?.name.zh) ?? matterId;
}

function placeWord({ params = {} }: Problem, catalog: Catalog): string {
  const { tier, unit } = params;
  return typeof unit === 'string' ? (catalog.units.get(unit)?.display ?? unit) : tierText(String(tier));
}

/** What speaks against publishing, naming the cell. */
export function draftProblemText(problem: Problem, catalog: Catalog): string {
  const matterId = problem.params?.['matterId'];
  const unit = problem.params?.['unit'];
  const matter = typeof matterId === 'string' ? matterWord(catalog, matterId) : '';
  switch (problem.code) {
    case 'rule-widens':
      return m.matrix_bad_widens({ matter, unit: catalog.units.get(String(unit))?.display ?? String(unit) });
    case 'decide-above':
      return m.matrix_bad_decide_above({
        matter,
        place: placeWord(problem, catalog),
        tier: tierText(String(problem.params?.['decideAt'])),
      });
    case 'document-missing':
      return m.matrix_bad_document();
    case 'date-in-past':
      return m.matrix_bad_past();
    case 'date-invalid':
      return m.matrix_bad_date();
    case 'no-change':
      return m.matrix_bad_no_change();
    default:
      return problemText(problem);
  }
}

export function flagWord(flag: keyof CellFlags): string {
  switch (flag) {
    case 'offlineAllowed':
      return m.matrix_flag_offline();
    case 'autoForward':
      return m.matrix_flag_forward();
    case 'resultOffline':
      return m.matrix_flag_result();
  }
}

export function flagHint(flag: keyof CellFlags): string {
  switch (flag) {
    case 'offlineAllowed':
      return m.matrix_flag_offline_hint();
    case 'autoForward':
      return m.matrix_flag_forward_hint();
    case 'resultOffline':
      return m.matrix_flag_result_hint();
  }
}

/** What a matter asks for; where it does not ask all columns that offer it, with those it asks. */
export function conditionWords({ conditions, cells }: MatrixRow, catalog: Catalog): string[] {
  const offering = cells.filter(({ mode }) => mode !== 'none').length || cells.length;
  const isAll = conditions.length === 1 && conditions[0]?.columns.length === offering;
  return conditions.map(({ condition, columns }) => {
    const text = conditionText(condition);
    const names = columns.map((column) => columnWord(column, catalog)).join(m.list_and());
    return isAll ? text : m.matrix_condition_at({ columns: names, text });
  });
}
