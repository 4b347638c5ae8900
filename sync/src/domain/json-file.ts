/**
 * A JSON file against a schema, as a whole: either every row is good or nothing of it is used. A problem names the line that a person
 * finds in an editor, the field, and a reason as a code (words are made of it in `i18n`).
 */
import {
  createScanner,
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import type { z } from 'zod';

export interface FileProblem {
  /** 1 is the first line. */
  line: number;
  /** Path of the field, e.g. `[3].materials[0].code`; empty for the file itself. */
  field: string;
  /** E.g. `missing`, `unknown-field`, `duplicate`, `expected-string`, `syntax:CommaExpected`. */
  reason: string;
}

export type FileResult<T> = { ok: true; value: T } | { ok: false; problems: FileProblem[] };
type Path = (string | number)[];

/** More would only hide the first. */
const MAX_PROBLEMS = 50;
/** No file of ours is nested half as deep; what reads it goes down by calling itself. */
const MAX_DEPTH = 64;

// The package's `SyntaxKind` is a const enum, which type stripping leaves without values.
const END_OF_FILE = 17;
const STEPS = new Map<number, number>([
  [1, 1], // {
  [2, -1],
  [3, 1], // [
  [4, -1],
]);

/** A file that has been read: its plain value, and where in the text each part stands. */
export interface JsonFile {
  value: unknown;
  problemAt(path: readonly PropertyKey[], reason: string): FileProblem;
}

/** Strict JSON (no comments, no trailing commas); a byte order mark at the start is forgiven. */
export function readJson(text: string): FileResult<JsonFile> {
  const source = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
  const lineOf = lineFinder(source);
  const deep = tooDeepAt(source);
  if (deep !== undefined)
    return { ok: false, problems: [{ line: lineOf(deep), field: '', reason: 'too-deep' }] };
  const errors: ParseError[] = [];
  const root = parseTree(source, errors, { disallowComments: true, allowTrailingComma: false });
  if (root === undefined || errors.length > 0) {
    const problems = errors.slice(0, MAX_PROBLEMS).map(({ error, offset }) => ({
      line: lineOf(offset),
      field: '',
      reason: `syntax:${printParseErrorCode(error)}`,
    }));
    return {
      ok: false,
      problems: problems.length > 0 ? problems : [{ line: 1, field: '', reason: 'empty' }],
    };
  }
  const problemAt = (path: readonly PropertyKey[], reason: string): FileProblem => {
    const steps = path.filter((step) => typeof step !== 'symbol');
    return { line: lineOf(nearest(root, steps).offset), field: fieldName(steps), reason };
  };
  const repeated = repeatedKeys(root, []).map(({ path, offset }) => ({
    line: lineOf(offset),
    field: fieldName(path),
    reason: 'duplicate-key',
  }));
  if (repeated.length > 0) return { ok: false, problems: repeated };
  return { ok: true, value: { value: getNodeValue(root) as unknown, problemAt } };
}

/** Reads and validates. Every problem of the file is listed, at most 50. */
export function parseJsonFile<T>(text: string, schema: z.ZodType<T>): FileResult<T> {
  const read = readJson(text);
  return read.ok ? validate(read.value, schema) : read;
}

export function validate<T>(file: JsonFile, schema: z.ZodType<T>): FileResult<T> {
  const parsed = schema.safeParse(file.value, { reportInput: true });
  if (parsed.success) return { ok: true, value: parsed.data };
  const problems = parsed.error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [file.problemAt(issue.path, reasonOf(issue))];
    return issue.keys.map((key) => file.problemAt([...issue.path, key], 'unknown-field'));
  });
  return { ok: false, problems: problems.slice(0, MAX_PROBLEMS) };
}

function reasonOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'missing' : `expected-${issue.expected}`;
    case 'too_small':
      return `at-least-${String(issue.minimum)}`;
    case 'too_big':
      return `at-most-${String(issue.maximum)}`;
    case 'invalid_format':
      return 'bad-format';
    case 'invalid_value':
      return issue.input === undefined ? 'missing' : `one-of:${issue.values.map(String).join('|')}`;
    case 'custom':
      return issue.message;
    case 'unrecognized_keys':
    case 'not_multiple_of':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
      return issue.code.replaceAll('_', '-');
  }
}

/** A missing field has no place of its own: the line is then that of what should hold it. */
function nearest(root: Node, path: Path): Node {
  for (let depth = path.length; depth > 0; depth--) {
    const found = findNodeAtLocation(root, path.slice(0, depth));
    if (found !== undefined) return found;
  }
  return root;
}

function fieldName(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${String(step)}]` : i === 0 ? step : `.${step}`))
    .join('');
}

/** JSON leaves open which of two equal keys counts, so a file with such a pair means nothing certain. */
function repeatedKeys(node: Node, path: Path): { path: Path; offset: number }[] {
  if (node.type === 'array')
    return (node.children ?? []).flatMap((child, i) => repeatedKeys(child, [...path, i]));
  if (node.type !== 'object') return [];
  const seen = new Set<string>();
  return (node.children ?? []).flatMap((property) => {
    const [key, value] = property.children ?? [];
    const name = String(key?.value);
    const here = [...path, name];
    const repeated = seen.has(name) ? [{ path: here, offset: property.offset }] : [];
    seen.add(name);
    return value === undefined ? repeated : [...repeated, ...repeatedKeys(value, here)];
  });
}

/** The offset of the first bracket too many. The scanner is no recursion, and takes texts as a whole: brackets in them do not count. */
function tooDeepAt(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let token = scanner.scan(); token !== END_OF_FILE; token = scanner.scan()) {
    depth += STEPS.get(token) ?? 0;
    if (depth > MAX_DEPTH) return scanner.getTokenOffset();
  }
  return undefined;
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    for (let high = starts.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
