/** Where in the workbook a part of a matter stands: sheet, row and the column as its head calls it, so that a refusal can be looked up. */

export const SHEETS = ['matters', 'materials', 'fields', 'checks', 'standards'] as const;
export type SheetName = (typeof SHEETS)[number];

export interface SheetPlace {
  sheet: SheetName;
  /** As the spreadsheet counts: the first row of data is 2. */
  row: number;
}

/** The first part of a path below the row → its column; what is not named here is called the same. */
const COLUMN_OF: Record<SheetName, Record<string, string>> = {
  matters: { 'name.zh': 'name', 'category.zh': 'category', 'form.$id': 'form' },
  materials: {},
  fields: {
    // A row as a whole cannot be drawn because of what it is drawn with.
    '': 'widget',
    type: 'widget',
    title: 'label',
    'x-en': 'label.en',
    'x-widget': 'widget',
    'x-when': 'when',
    'x-required': 'required',
    oneOf: 'choices',
    items: 'choices',
    'x-unit.zh': 'unit',
    'x-unit.en': 'unit.en',
    'x-hint.zh': 'hint',
    'x-hint.en': 'hint.en',
    const: 'mustTick',
    'x-sensitive': 'sensitive',
  },
  checks: { 'say.zh': 'say' },
  standards: {
    zh: 'text',
    en: 'text.en',
    'name.zh': 'text',
    'name.en': 'text.en',
    'who.zh': 'who',
    'within.zh': 'within',
  },
};
const GROUP_COLUMNS: Record<string, string> = { id: 'group', title: 'group.zh', 'x-en': 'group.en' };

export class SheetPlaces {
  readonly #places = new Map<string, SheetPlace & { isGroup: boolean }>();

  note(path: readonly (string | number)[], place: SheetPlace, isGroup = false): void {
    this.#places.set(path.join('/'), { ...place, isGroup });
  }

  /** The nearest part that has a row of its own, and the column that what is left of the path stands in. */
  find(path: readonly PropertyKey[]): SheetPlace & { field: string } {
    const steps = path.map(String);
    for (let depth = steps.length; depth > 0; depth--) {
      const found = this.#places.get(steps.slice(0, depth).join('/'));
      if (found === undefined) continue;
      const { isGroup, ...place } = found;
      const rest = steps.slice(depth);
      return { ...place, field: isGroup ? groupColumn(rest) : columnOf(place.sheet, rest) };
    }
    return { sheet: 'matters', row: 1, field: steps.join('.') };
  }
}

function columnOf(sheet: SheetName, rest: readonly string[]): string {
  const columns = COLUMN_OF[sheet];
  const [first = '', second] = rest;
  const pair = `${first}.${second ?? ''}`;
  if (Object.hasOwn(columns, pair)) return columns[pair] ?? pair;
  return Object.hasOwn(columns, first) ? (columns[first] ?? first) : rest.join('.');
}

function groupColumn([first = 'id']: readonly string[]): string {
  return GROUP_COLUMNS[first] ?? 'group';
}
