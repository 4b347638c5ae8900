/** The words of a paper in the language it is printed in, which is not always the screen's. */
import type { MaterialEntry, SignedAction } from '@sanji/sync/domain/action';
import { dayOf, wallTimeOf } from '@sanji/sync/domain/calendar';
import type { Catalog, MatterVersion, Unit } from '@sanji/sync/domain/catalog';
import type { CaseClock } from '@sanji/sync/domain/deadlines';
import { findVersion } from '@sanji/sync/domain/decide';
import type { UnitCode } from '@sanji/sync/domain/identifiers';
import { weekOn } from '@sanji/sync/domain/office';
import { issuerOf, type Paper } from '@sanji/sync/domain/papers';
import { weekText } from '#lib/i18n/hours-text.ts';
import { m } from '#lib/i18n/paraglide/messages.js';
import { inOwnLanguage, stationText } from '#lib/i18n/words.ts';

export type Language = 'zh-CN' | 'en';

/** What the words of a paper are drawn from. */
export interface Ground {
  paper: Paper;
  catalog: Catalog;
  locale: Language;
  matter: MatterVersion | undefined;
}

export function groundOf(paper: Paper, catalog: Catalog, locale: Language): Ground {
  return { paper, catalog, locale, matter: findVersion(catalog, paper.state.matter) };
}

export function matterText({ matter, paper, locale }: Ground): string {
  return matter === undefined
    ? (paper.state.matter?.matterId ?? '')
    : inOwnLanguage({ zh: matter.name.zh, en: matter.name.en }, locale);
}

/** In the paper's language where the matter's list has it, as it was written down otherwise. */
export function materialText({ code, name }: Pick<MaterialEntry, 'code' | 'name'>, ground: Ground): string {
  const row = ground.matter?.materials.find((known) => known.code === code);
  if (row === undefined) return name;
  return inOwnLanguage({ zh: row.name, en: row.en }, ground.locale);
}

export function unitOf({ paper, catalog }: Ground): Unit | undefined {
  return catalog.units.get(issuerOf(paper));
}

export function stationOf(code: UnitCode, { catalog, locale }: Ground): string {
  const unit = catalog.units.get(code);
  return unit === undefined ? code : stationText(unit, locale);
}

/** Of the unit that speaks. */
export function ownStation(ground: Ground): string {
  return stationOf(issuerOf(ground.paper), ground);
}

/** When the unit that speaks is open, as it was on the day it spoke. */
export function hoursText({ paper, catalog, locale }: Ground): string {
  const { at, offsetMs } = paper.action.body;
  return weekText(weekOn(catalog, issuerOf(paper), dayOf(at + offsetMs)), locale);
}

/** `2026-11-23 09:05`, the station's corrected clock. */
export function timeOf({ body }: SignedAction): string {
  return timeText(body.at + body.offsetMs);
}

export function timeText(ms: number | undefined): string {
  return ms === undefined ? '' : wallTimeOf(ms).replace('T', ' ');
}

/** The end of a clock, with 暂定 where a year without a calendar was counted through. */
export function dueText({ due, provisional }: CaseClock, { locale }: Ground): string {
  return due.replace('T', ' ') + (provisional ? m.paper_provisional({}, { locale }) : '');
}

export function daysText(days: number, { matter, locale }: Ground): string {
  return matter?.dayUnit === 'calendarDay'
    ? m.paper_days({ days }, { locale })
    : m.paper_workdays({ days }, { locale });
}
