import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chineseDays from 'chinese-days';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addDays, isWorkday } from '@sanji/sync/domain/calendar';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import { TIERS } from '@sanji/sync/domain/identifiers';
import { checkPublication, effectiveRule, offeredMatters } from '@sanji/sync/domain/tier-rules';
import { loadSampleDistrict } from './sample-district.ts';

const DIRECTORY = join(import.meta.dirname, '../../../deploy/sample-district');
const DAY = '2026-11-23';
const WENLIN = '530102001013';
const HUASHAN = '530102001000';
const DISTRICT = '530102000000';

describe('the sample district', () => {
  const { documents, credentials } = loadSampleDistrict(DIRECTORY);
  const catalog = indexCatalog(documents);
  const matters = [...catalog.matters.values()].flat();

  test('has its units, matters and staff, each once', () => {
    expect(new Set(documents.map(({ _id }) => _id)).size).toBe(documents.length);
    expect(catalog.units.size).toBe(113);
    const count = (tier: string) => [...catalog.units.values()].filter((unit) => unit.tier === tier).length;
    expect(TIERS.map(count)).toEqual([101, 11, 1]);
    expect(catalog.matters.size).toBe(80);
    expect([...catalog.matters.values()].filter(([first]) => first?.optional === false).length).toBe(73);
    expect(credentials.map(({ staffId }) => staffId).sort()).toEqual([...catalog.staff.keys()].sort());
  });

  test('keeps passwords out of the catalog', () => {
    expect(JSON.stringify(documents)).not.toContain('Wuhua-2026');
  });

  test('asks for the head-count where a rule asks for one', () => {
    for (const { matterId, condition } of catalog.publications.flatMap(({ rows }) => rows)) {
      if (condition?.maxHeadCount === undefined) continue;
      expect(catalog.matters.get(matterId)?.[0]?.form.properties).toHaveProperty('headCount');
    }
  });

  test('asks where people live where a rule asks for it', () => {
    for (const { matterId, condition } of catalog.publications.flatMap(({ rows }) => rows)) {
      if (condition?.residence !== true) continue;
      expect(catalog.matters.get(matterId)?.[0]?.form.properties).toHaveProperty('residence');
    }
  });

  test('has versions that come into force next year', () => {
    const coming = matters.filter(({ effectiveFrom }) => effectiveFrom > DAY);
    expect(coming.map(({ matterId, version }) => [matterId, version])).toEqual([
      ['532014010001', 2],
      ['532014030002', 2],
    ]);
  });

  test('has a decider for every matter, and 20 or more that a community accepts', () => {
    for (const { matterId } of matters) {
      expect(effectiveRule(catalog, { unit: DISTRICT, matterId, day: DAY }).mode).toBe('decide');
    }
    const modes = offeredMatters(catalog, WENLIN, DAY).map(({ rule }) => rule.mode);
    expect(modes.filter((mode) => mode === 'accept').length).toBe(29);
    expect(offeredMatters(catalog, HUASHAN, DAY).length).toBeGreaterThan(29);
  });

  test('could be published: nothing widens, nothing is decided below where it may end', () => {
    const [first] = catalog.publications;
    expect(first?.version).toBe('2026.11-1');
    const empty = { ...catalog, publications: [] };
    expect(first && checkPublication(empty, first, '2026-01-01')).toEqual([]);
  });

  test('reads the conditions', () => {
    const conditions = catalog.publications.flatMap(({ rows }) => rows.map(({ condition }) => condition));
    expect(conditions.filter((condition) => condition?.residence === true).length).toBe(11 * 3);
    expect(conditions.filter((condition) => condition?.maxHeadCount === 10).length).toBe(5 * 3);
  });

  test('has the calendars of 2025 and 2026 as chinese-days knows them, and none of 2027', () => {
    expect([...catalog.calendars.keys()].sort()).toEqual([2025, 2026]);
    for (let day = '2025-01-01'; day <= '2026-12-31'; day = addDays(day, 1)) {
      expect([day, isWorkday(catalog.calendars, day)]).toEqual([day, chineseDays.isWorkday(day)]);
    }
  });
});

describe('a damaged sample district', () => {
  let copy = '';
  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'sample-district-'));
    cpSync(DIRECTORY, copy, { recursive: true });
  });
  afterEach(() => {
    rmSync(copy, { recursive: true });
  });
  const change = (file: string, from: string, to: string) => {
    const path = join(copy, file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  };

  test.each([
    ['units.json', '"tier":"district"', '"tier":"county"', 'units.json:2: [0].tier one-of:'],
    ['units.json', '"parent":"530102000000"', '"parent":"530199000000"', 'units.json:3: [1].parent unknown'],
    ['matters.json', '"legalDays":10', '"legalDays":-1', 'matters.json:2: [0].legalDays at-least-0'],
    ['matters.json', '"code":"YYZZ"', '"code":"NONE"', 'matters.json:2: [0].materials[0].code unknown'],
    ['forms.json', '"$defs"', '"parts"', 'forms.json:1: $defs missing'],
    ['forms.json', '"x-widget": "text"', '"x-widget": "canvas"', '.x-widget one-of:'],
    [
      'guides.json',
      '"process": "instant"',
      '"process": "never"',
      'matters.json:2: [0].processStandard missing',
    ],
    ['staff.json', '"unit":"530102001013"', '"unit":"530102001099"', 'staff.json:2: [0].unit unknown'],
    ['calendars.json', '2025-01-01', '2025-01-32', 'calendars.json:2: [0].holidays[0] not-a-day'],
  ])('names file, line and reason: %s %s', (file, from, to, message) => {
    change(file, from, to);
    expect(() => loadSampleDistrict(copy)).toThrow(message);
  });

  test('names a file that is missing', () => {
    rmSync(join(copy, 'settings.json'));
    expect(() => loadSampleDistrict(copy)).toThrow('settings.json:0:  unreadable');
  });
});
