import { expect, it } from 'vitest';
import { makeCatalog, makeMatter } from '../testing/factories.ts';
import { makeForm } from '../testing/forms.ts';
import { matterDifferences } from './matter-difference.ts';

const ID = { code: 'ID', name: '身份证', en: 'ID card', need: 'required' as const };
const before = makeMatter({
  materials: [ID],
  form: makeForm({ a: { 'x-widget': 'text' }, b: { 'x-widget': 'date' } }),
});
const catalog = makeCatalog({ matters: [before] });
const words = (text: string) => ({ zh: text, en: text });

it('what is published already is no difference', () => {
  expect(matterDifferences(catalog, [before])).toEqual([]);
});

it('names what is new, gone and different, part by part', () => {
  const after = makeMatter({
    version: 2,
    promiseDays: 5,
    materials: [
      { ...ID, need: 'optional' },
      { code: 'PH', name: '照片', en: 'Photo', need: 'required' },
    ],
    form: makeForm({ a: { 'x-widget': 'text', required: true }, c: { 'x-widget': 'month' } }),
  });
  const [difference] = matterDifferences(catalog, [after]);
  expect(difference).toMatchObject({ version: 2, follows: 1 });
  expect(difference?.changes).toEqual([
    { part: 'limits', added: [], removed: [], changed: [{ zh: '5/20 个工作日', en: '5/20 working days' }] },
    {
      part: 'materials',
      added: [{ zh: '照片', en: 'Photo' }],
      removed: [],
      changed: [{ zh: '身份证', en: 'ID card' }],
    },
    { part: 'fields', added: [words('c')], removed: [words('b')], changed: [words('a')] },
    { part: 'groups', added: [], removed: [], changed: [{ zh: '全部', en: 'All' }] },
  ]);
});

it('a matter nobody knew follows nothing', () => {
  const [difference] = matterDifferences(catalog, [makeMatter({ matterId: 'new' })]);
  expect(difference).not.toHaveProperty('follows');
  expect(difference?.changes).toEqual([]);
});
