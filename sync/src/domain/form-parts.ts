/**
 * Forms as people write them: a field may point to a shared part (`"$ref": "#/$defs/bankAccount"`) and say beside it what is different. Resolved
 * when a file is read; what is published is whole.
 */
import { DRAFT } from './form.ts';

export interface FormsFile {
  $defs: Record<string, Record<string, unknown>>;
  forms: Record<string, Record<string, unknown>>;
}

const REF = /^#\/\$defs\/(\w+)$/;

/** @returns each form by its id, whole but unchecked; an unknown part stays as it stands and fails where it stands */
export function resolveForms({ $defs, forms }: FormsFile): Map<string, unknown> {
  return new Map(
    Object.entries(forms).map(([id, form]) => [
      id,
      {
        $schema: DRAFT,
        $id: id,
        type: 'object',
        required: [],
        additionalProperties: false,
        'x-checks': [],
        ...form,
        ...(isRecord(form['properties']) && { properties: resolveFields(form['properties'], $defs) }),
      },
    ]),
  );
}

function resolveFields(
  properties: Record<string, unknown>,
  parts: FormsFile['$defs'],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [name, isRecord(field) ? whole(field, parts) : field]),
  );
}

/** What stands beside the reference counts before what the part says. */
function whole(field: Record<string, unknown>, parts: FormsFile['$defs']): Record<string, unknown> {
  const { $ref, ...own } = field;
  const key = typeof $ref === 'string' ? REF.exec($ref)?.[1] : undefined;
  const part = key !== undefined && Object.hasOwn(parts, key) ? parts[key] : undefined;
  return part === undefined ? field : { ...part, ...own };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
