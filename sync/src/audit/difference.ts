/** The first place in which two JSON values differ, for people: «holder: 530102001000». Undefined when they are equal. */
import { canonicalize } from '../domain/signing.ts';

/** Longer values are cut: what differs is what counts. */
const MAX_SHOWN = 120;

export function difference(
  expected: unknown,
  found: unknown,
): { expected: string; found: string } | undefined {
  if (textOf(expected) === textOf(found)) return undefined;
  const keys = [...new Set([...keysOf(expected), ...keysOf(found)])].sort();
  for (const key of keys) {
    const inner = difference(valueAt(expected, key), valueAt(found, key));
    if (inner !== undefined) return { expected: named(key, inner.expected), found: named(key, inner.found) };
  }
  return { expected: textOf(expected).slice(0, MAX_SHOWN), found: textOf(found).slice(0, MAX_SHOWN) };
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function valueAt(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

function named(key: string, text: string): string {
  return `${key}: ${text}`;
}

function textOf(value: unknown): string {
  return value === undefined ? 'nothing' : canonicalize(value);
}
