/** Imports point one way: domain ← protocol ← replication ← audit ← { server, client }. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

function sourcesUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|svelte)$/.test(name) && !/\.test\.ts$|node_modules|paraglide/.test(name))
    .map((name) => join(folder, name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((found) => found[1] ?? '');
}

const LAWS: { folder: string; mustNot: RegExp }[] = [
  {
    folder: 'sync/src/domain',
    mustNot: /protocol\/|replication\/|testing\/|^@sanji\/|^node:|^rxdb|^express|^svelte|^pouchdb|^nano/,
  },
  { folder: 'sync/src/protocol', mustNot: /replication\/|testing\/|^@sanji\/|^node:/ },
  {
    folder: 'sync/src/replication',
    mustNot: /testing\/|^@sanji\/|^node:|^rxdb|^express|^svelte|^pouchdb|^nano/,
  },
  {
    folder: 'sync/src/audit',
    mustNot: /testing\/|^@sanji\/|^node:|^rxdb|^express|^svelte|^pouchdb|^nano/,
  },
  { folder: 'server/src', mustNot: /@sanji\/client|client\/src/ },
  { folder: 'client/src', mustNot: /@sanji\/server|server\/src/ },
];

describe('the direction of imports', () => {
  it.each(LAWS)('holds in $folder', ({ folder, mustNot }) => {
    const files = sourcesUnder(folder);
    expect(files.length).toBeGreaterThan(0);
    const broken = files.flatMap((file) =>
      importsOf(file)
        .filter((name) => mustNot.test(name))
        .map((name) => `${file} imports ${name}`),
    );
    expect(broken).toEqual([]);
  });

  it('lets only client/src/lib/local import RxDB, and only lib/hub fetch', () => {
    const files = sourcesUnder('client/src');
    const rxdb = files.filter(
      (file) => !file.includes('lib/local/') && importsOf(file).some((name) => name.startsWith('rxdb')),
    );
    const fetching = files.filter(
      (file) => !file.includes('lib/hub/') && /\bfetch\(/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect({ rxdb, fetching }).toEqual({ rxdb: [], fetching: [] });
  });
});
