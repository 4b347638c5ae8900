/** Documents and help texts tell operators and auditors to run commands: each must be one that is there. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

test('every command that a text of the project names can be run', () => {
  const files = execFileSync('git', ['ls-files', '-z', '*.md', '*.ts', '*.mjs', '*.svelte', '*.json'], {
    cwd: root,
    encoding: 'utf8',
  });
  const named = new Map<string, string>();
  for (const file of files.split('\0').filter((path) => path !== '' && existsSync(join(root, path)))) {
    for (const [, name] of readFileSync(join(root, file), 'utf8').matchAll(/npm run ([a-z][a-z:]*)/g))
      named.set(name ?? '', file);
  }
  expect(named.size).toBeGreaterThan(5);
  expect([...named].filter(([name]) => !(name in scripts))).toEqual([]);
});

test('every command runs a file that is there', () => {
  const files = Object.values(scripts).flatMap((line) => line.match(/\b[\w./-]+\.(?:mjs|ts)\b/g) ?? []);
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
