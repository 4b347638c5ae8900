/** The papers a matter asks for: which of its rows belong to this case, what became of each, which may come later and until when. */
import type { Applicant, FormValue, MaterialEntry } from './action.ts';
import type { MaterialRow, MatterVersion } from './catalog.ts';
import { factsOf, holds } from './form-condition.ts';
import { problem } from './problem.ts';
import type { Problem } from './problem.ts';

export type MaterialChoice = Pick<MaterialEntry, 'state'> &
  Partial<Omit<MaterialEntry, 'code' | 'name' | 'state'>>;

/** The rows whose condition holds for what was declared. */
export function checklistOf(
  { materials }: Pick<MatterVersion, 'materials'>,
  applicant: Pick<Applicant, 'kind' | 'idNumber' | 'agent'>,
  form: Readonly<Record<string, FormValue>>,
): MaterialRow[] {
  const facts = factsOf(applicant, form);
  return materials.filter(({ when }) => holds(when, facts));
}

/** A deferrable material counts as deferred until it is ticked: that is what the receipt will ask for. */
export function defaultChoice(row: MaterialRow): MaterialChoice {
  return { state: row.need === 'deferrable' ? 'deferred' : 'absent' };
}

export function materialEntries(
  rows: readonly MaterialRow[],
  choices: Readonly<Record<string, MaterialChoice>>,
): MaterialEntry[] {
  return rows.map((row) => {
    const choice = choices[row.code] ?? defaultChoice(row);
    const { code, name } = row;
    if (choice.state !== 'received') return { code, name, state: choice.state };
    return { code, name, form: row.media?.[0] ?? 'paper', copies: 1, ...choice };
  });
}

/** Blocked: a required material that is not there, or a deferrable one neither there nor deferred. */
export function missingMaterials(rows: readonly MaterialRow[], entries: readonly MaterialEntry[]): Problem[] {
  return rows
    .filter((row) => {
      const state = entries.find(({ code }) => code === row.code)?.state ?? 'absent';
      return row.need === 'required' ? state !== 'received' : row.need === 'deferrable' && state === 'absent';
    })
    .map(({ code }) => problem('material-missing', { codes: code, field: `materials.${code}` }));
}
