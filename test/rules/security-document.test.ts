/** docs/security.md promises by naming tests: a name without a test would promise nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const text = readFileSync(join(root, 'docs/security.md'), 'utf8');

it('names only tests that are there', () => {
  const named = [...text.matchAll(/`([^`]+\.test\.ts)`/g)].map((found) => found[1] ?? '');
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it('leaves no promise without a test, an owner or a «not yet»', () => {
  const rows = text.split('\n').filter((line) => /^\| (?:V\d|8\.)/.test(line));
  const owners = /\.test\.ts`|not yet|the operator's|\| – \|$/;
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter((row) => !owners.test(row))).toEqual([]);
});
