import { expect, it } from 'vitest';
import { readJson } from './json-file.ts';

it('refuses what is nested so deeply that nobody wrote it, and says where it becomes so', () => {
  const deep = (depth: number) => `[\n${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}]`;
  expect(readJson(deep(64)).ok).toBe(true);
  for (const depth of [65, 200_000])
    expect(readJson(deep(depth))).toEqual({
      ok: false,
      problems: [{ line: 2, field: '', reason: 'too-deep' }],
    });
  expect(readJson(`{"a":`.repeat(100_000))).toMatchObject({ problems: [{ reason: 'too-deep' }] });
});

it('does not take brackets in a text for nesting', () => {
  expect(readJson(JSON.stringify({ text: `"\\${'['.repeat(100)}` })).ok).toBe(true);
});

it('reads texts that never end in one go', () => {
  expect(readJson(`["${'\\"'.repeat(500_000)}`)).toMatchObject({ ok: false });
});
