/** Who works where in the sample district, and how a test sets a terminal up for them. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dayOf } from '@sanji/sync/domain/calendar';
import { indexCatalog } from '@sanji/sync/domain/catalog-index';
import { effectiveRule, matterVersionOn } from '@sanji/sync/domain/tier-rules';
import type { Page } from 'playwright-core';
import type { MatterVersion, Mode } from '@sanji/sync/domain/catalog';
import { loadSampleDistrict } from '@sanji/server/seed/sample-district';
import { makeCode } from '../bench/station.ts';
import type { RunningHub } from './hub-process.ts';
import { Terminal, type Person } from './terminal.ts';

const PASSWORD = 'Wuhua-2026';

export const UNITS = { community: '530102001013', street: '530102001000', district: '530102000000' } as const;
export type Place = keyof typeof UNITS;

/** 杨晓梅 and 陈思远 at the community, 普玉兰 at the street, 赵敏 and the administrators at the district. */
export const PEOPLE = {
  yang: { staffId: 'yangxm', password: PASSWORD },
  chen: { staffId: 'chensy', password: PASSWORD },
  pu: { staffId: 'puyl', password: PASSWORD },
  li: { staffId: 'lijy', password: PASSWORD },
  zhao: { staffId: 'zhaom', password: PASSWORD },
  qian: { staffId: 'qianw', password: PASSWORD },
  he: { staffId: 'hewj', password: PASSWORD },
  sun: { staffId: 'sunl', password: PASSWORD },
} satisfies Record<string, Person>;

/** The three who are kept apart, at the district. */
export const ADMINS = {
  system: PEOPLE.sun,
  security: { staffId: 'zhouj', password: PASSWORD },
  audit: { staffId: 'wug', password: PASSWORD },
} satisfies Record<string, Person>;

export const SAMPLE = join(import.meta.dirname, '../../deploy/sample-district');

/** The matters of the sample district in the version of today. */
export function sampleMatters(): MatterVersion[] {
  const catalog = indexCatalog(loadSampleDistrict(SAMPLE).documents);
  const today = dayOf(Date.now());
  return [...catalog.matters.keys()].flatMap((matterId) => matterVersionOn(catalog, matterId, today) ?? []);
}

/** Matters a community accepts and the street or the district decides. */
export function forwardedMatters(): MatterVersion[] {
  const accepted = new Set(
    loadSampleDistrict(SAMPLE).documents.flatMap(({ entry }) =>
      entry.kind === 'rules'
        ? entry.publication.rows
            .filter(({ tier, mode, unit }) => tier === 'community' && mode === 'accept' && unit === undefined)
            .map(({ matterId }) => matterId)
        : [],
    ),
  );
  return sampleMatters().filter(({ matterId }) => accepted.has(matterId));
}

/** What each tier may do with a matter today. */
export function modesOf(matterId: string): Record<Place, Mode> {
  const catalog = indexCatalog(loadSampleDistrict(SAMPLE).documents);
  const modeAt = (place: Place): Mode =>
    effectiveRule(catalog, { unit: UNITS[place], matterId, day: dayOf(Date.now()) }).mode;
  return { community: modeAt('community'), street: modeAt('street'), district: modeAt('district') };
}

/** One that the community accepts and the street decides. */
export function decidedAtStreet(): MatterVersion {
  const found = sampleMatters().find(({ matterId }) => {
    const { community, street } = modesOf(matterId);
    return community === 'accept' && street === 'decide';
  });
  if (found === undefined) throw new Error('the sample district has no such matter');
  return found;
}

/** A matter for persons that the place accepts or decides by itself. */
export function acceptedMatter(place: Place): MatterVersion {
  const catalog = indexCatalog(loadSampleDistrict(SAMPLE).documents);
  const day = dayOf(Date.now());
  const found = sampleMatters().find(
    ({ matterId, subject }) =>
      subject.includes('person') &&
      ['accept', 'decide'].includes(effectiveRule(catalog, { unit: UNITS[place], matterId, day }).mode),
  );
  if (found === undefined) throw new Error(`the sample district has no such matter at the ${place}`);
  return found;
}

/** For the cast: a hub in this process, so that a test may act as the other units do. */
export function servedBy({ url }: { url: string }): RunningHub {
  const done = (): Promise<void> => Promise.resolve();
  return {
    url,
    port: Number(new URL(url).port),
    moveClock: () => undefined,
    stop: done,
    kill: done,
    destroy: done,
  };
}

export function scratchDir(): string {
  return mkdtempSync(join(tmpdir(), 'sanji-e2e-'));
}

/** A terminal that is enrolled at the place's unit, with the person signed in. */
export async function terminalAt(
  hub: RunningHub,
  scratch: string,
  {
    place,
    person,
    name = place,
    flags,
    prepare,
  }: {
    place: Place;
    person: Person;
    name?: string;
    flags?: string[];
    prepare?: (page: Page) => Promise<void>;
  },
): Promise<Terminal> {
  const terminal = new Terminal({
    profileDir: join(scratch, name),
    origin: `http://${name}.localhost:${String(hub.port)}`,
    ...(flags !== undefined && { flags }),
  });
  await terminal.open(await makeCode(hub.url, UNITS[place]), prepare);
  await terminal.unlock(person);
  await terminal.synced();
  return terminal;
}
