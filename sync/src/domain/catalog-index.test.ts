import { expect, test } from 'vitest';
import type { CatalogDocument } from './catalog.ts';
import { catalogIdOf, indexCatalog } from './catalog-index.ts';
import { matter, publication } from '../testing/rule-catalog.ts';

const doc = (entry: CatalogDocument['entry'], n = 1): CatalogDocument => ({
  _id: catalogIdOf(entry),
  n,
  entry,
});

test('order and repetition of the documents do not matter, the newest of one id counts', () => {
  const docs = [
    doc({ kind: 'matter', matter: { ...matter, version: 2 } }),
    doc({ kind: 'matter', matter }, 2),
    doc({ kind: 'matter', matter: { ...matter, result: 'old' } }, 1),
    doc({ kind: 'rules', publication: publication({ seq: 2 }) }),
    doc({ kind: 'rules', publication: publication() }),
  ];
  for (const order of [docs, docs.toReversed(), [...docs, ...docs]]) {
    const catalog = indexCatalog(order);
    expect(catalog.matters.get('m1')?.map(({ version, result }) => [version, result])).toEqual([
      [1, matter.result],
      [2, matter.result],
    ]);
    expect(catalog.publications.map(({ seq }) => seq)).toEqual([1, 2]);
  }
});

test('before the first pull there is nothing to offer and the terms are the usual ones', () => {
  expect(indexCatalog([])).toMatchObject({ settings: { noticeDays: 5, deferralDays: 10 } });
});
