/** What a form of administration asks for, and where a refusal belongs in it. */
import { problem, type Problem } from '@sanji/sync/domain/problem';

export interface FormEntry<Field extends string> {
  name: Field;
  label: string;
  hint?: string;
  maxlength?: number;
  /** A day or a number: for the keys of a tablet. */
  isDigits?: boolean;
  /** May stay empty. */
  isOptional?: boolean;
  /** One of the units of the district. */
  isUnit?: boolean;
  /** One of these; `nothing` are the words for none. */
  choices?: readonly { value: string; label: string }[];
  nothing?: string;
  /** Words that are often meant; others may be typed. */
  suggestions?: readonly string[];
}

/** `field` absent: it concerns the whole. */
export interface FieldProblem<Field extends string> {
  field?: Field | undefined;
  problem: Problem;
}

/** The first that must be filled in and is not. */
export function firstEmpty<Field extends string>(
  entries: readonly FormEntry<Field>[],
  typed: Readonly<Record<Field, string>>,
): FieldProblem<Field> | undefined {
  const empty = entries.find(({ name, isOptional }) => isOptional !== true && typed[name].trim() === '');
  return empty === undefined
    ? undefined
    : { field: empty.name, problem: problem('field-required', { field: empty.name }) };
}
