/**
 * The clocks of a case: notice, promise, legal limit, deferred materials. The start day does not count and a term ends when the office
 * closes on its last day, which is never a day off. Suspended spans stop promise and legal limit; afterwards they go on with what was left.
 */
import {
  addDays,
  addWorkdays,
  dayOf,
  daysBetween,
  instantOf,
  isProvisional,
  wallTimeOf,
  workdayFrom,
  workdaysBetween,
} from './calendar.ts';
import type { Catalog, MatterVersion } from './catalog.ts';
import type { Day } from './identifiers.ts';
import { closingOn } from './office.ts';
import type { CaseState } from './state.ts';

export type DayUnit = MatterVersion['dayUnit'];
export type Card = 'none' | 'yellow' | 'red';

export interface Due {
  day: Day;
  /** `YYYY-MM-DDTHH:mm`, Asia/Shanghai. */
  due: string;
  dueMs: number;
  /** A year without a published calendar was counted through: say 暂定, and compute again when it arrives. */
  provisional: boolean;
}

export interface CaseClock extends Due {
  dayUnit: DayUnit;
  /** Days left in `dayUnit`, today not counted; 0 on the last day, negative once overdue. */
  left: number;
  card: Card;
  /** Suspended now: `left` stands still, and `due` is what it would be if the case went on today. */
  stopped: boolean;
  /** Set when what the clock waited for has happened; `card` then says whether in time. */
  endedAt?: number;
}

export interface CaseClocks {
  notice?: CaseClock;
  promise?: CaseClock;
  legal?: CaseClock;
  /** Of the deferred material that is due first. */
  deferral?: CaseClock;
}

export type ClockName = keyof CaseClocks;

interface Span {
  from: number;
  to: number;
}

interface Term {
  start: number;
  days: number;
  dayUnit: DayUnit;
  spans: readonly Span[];
}

const RUNS_OUT_WITHOUT_DECISION: ReadonlySet<string> = new Set(['withdrawn', 'terminated', 'refused']);

/** When the notice of a case received at `receivedAt` is due: what the receipt promises. */
export function noticeDueOf(catalog: Catalog, receivedAt: number): Due {
  return dueOf(catalog, {
    start: receivedAt,
    days: catalog.settings.noticeDays,
    dayUnit: 'workday',
    spans: [],
  });
}

/** When a material deferred at `at` must be in. */
export function deferralDueOf(catalog: Catalog, at: number, days = catalog.settings.deferralDays): Due {
  return dueOf(catalog, { start: at, days, dayUnit: 'workday', spans: [] });
}

/** @param now milliseconds since the epoch, the hub's clock as well as the caller knows it */
export function clocksOf(state: CaseState, catalog: Catalog, now: number): CaseClocks {
  const clocks: CaseClocks = {};
  const notice = noticeClock(state, catalog, now);
  if (notice !== undefined) clocks.notice = notice;
  Object.assign(clocks, termClocks(state, catalog, now));
  const deferral = deferralClock(state, catalog, now);
  if (deferral !== undefined) clocks.deferral = deferral;
  return clocks;
}

function noticeClock(state: CaseState, catalog: Catalog, now: number): CaseClock | undefined {
  if (state.receivedAt === undefined) return undefined;
  const ends = [state.noticedAt, state.acceptedAt].filter((at) => at !== undefined);
  const endedAt = ends.length === 0 ? undefined : Math.min(...ends);
  if (endedAt === undefined && state.status !== 'received') return undefined;
  const { noticeDays } = catalog.settings;
  const due = noticeDueOf(catalog, state.receivedAt);
  const clock = clockOf(catalog, due, { now, term: noticeDays, dayUnit: 'workday', endedAt });
  // A deemed acceptance means that the unit was silent, however early the hub's ruling is stamped.
  return state.deemed ? { ...clock, card: 'red' } : clock;
}

function termClocks(state: CaseState, catalog: Catalog, now: number): Pick<CaseClocks, 'promise' | 'legal'> {
  const matter = matterOf(state, catalog);
  if (matter === undefined || state.acceptedAt === undefined) return {};
  if (RUNS_OUT_WITHOUT_DECISION.has(state.status)) return {};
  const { dayUnit } = matter;
  // Deemed acceptance counts from the day of receipt: silence must not buy the unit time.
  const start = state.deemed ? (state.receivedAt ?? state.acceptedAt) : state.acceptedAt;
  const spans = state.suspensions.map(({ from, to }) => ({ from, to: to ?? now }));
  const stopped = state.suspensions.some(({ to }) => to === undefined);
  const endedAt = state.decidedAt;
  const clock = (days: number, latest?: Due): CaseClock => {
    const term = days + state.extendedDays;
    const found = dueOf(catalog, { start, days: term, dayUnit, spans });
    const due = latest !== undefined && latest.dueMs < found.dueMs ? latest : found;
    return clockOf(catalog, due, { now, term, dayUnit, endedAt, stopped });
  };
  const legal = clock(matter.legalDays);
  return { promise: clock(matter.promiseDays, legal), legal };
}

function deferralClock(state: CaseState, catalog: Catalog, now: number): CaseClock | undefined {
  const first = state.outstanding.map(({ due }) => due).sort()[0];
  if (first === undefined || RUNS_OUT_WITHOUT_DECISION.has(state.status)) return undefined;
  const due = endOn(catalog, { day: first, provisional: isProvisional(catalog.calendars, first) });
  return clockOf(catalog, due, { now, term: catalog.settings.deferralDays, dayUnit: 'workday' });
}

function matterOf(state: CaseState, catalog: Catalog): MatterVersion | undefined {
  const pin = state.matter;
  if (pin === undefined) return undefined;
  return catalog.matters.get(pin.matterId)?.find(({ version }) => version === pin.version);
}

function dueOf(catalog: Catalog, term: Term): Due {
  let provisional = false;
  /** `days` after the day of `at`; nothing can end on a day that is over. */
  const after = (at: number, days: number): Day => {
    const start = dayOf(at);
    if (term.dayUnit === 'calendarDay' && days > 0) return addDays(start, days);
    const isOver = days === 0 && at > endOfOffice(catalog, start);
    const found = addWorkdays(catalog.calendars, isOver ? addDays(start, 1) : start, days);
    provisional ||= found.provisional;
    return found.day;
  };
  let last = after(term.start, term.days);
  for (const { from, to } of term.spans) {
    const rolled = workdayFrom(catalog.calendars, last).day;
    if (from > endOfOffice(catalog, rolled)) continue;
    if (dayOf(from) === dayOf(to)) continue;
    last = after(to, Math.max(0, leftOn(catalog, dayOf(from), last, term.dayUnit)));
  }
  const found = workdayFrom(catalog.calendars, last);
  return endOn(catalog, { day: found.day, provisional: provisional || found.provisional });
}

function endOn(catalog: Catalog, { day, provisional }: { day: Day; provisional: boolean }): Due {
  const dueMs = endOfOffice(catalog, day);
  return { day, due: wallTimeOf(dueMs), dueMs, provisional };
}

/** Milliseconds since the epoch: limits end then, not at midnight. */
function endOfOffice(catalog: Catalog, day: Day): number {
  return instantOf(day, closingOn(catalog, day));
}

function leftOn(catalog: Catalog, today: Day, last: Day, dayUnit: DayUnit): number {
  return dayUnit === 'calendarDay'
    ? daysBetween(today, last)
    : workdaysBetween(catalog.calendars, today, last);
}

interface Reading {
  now: number;
  /** Days of the whole term, for the share that is left. */
  term: number;
  dayUnit: DayUnit;
  endedAt?: number | undefined;
  stopped?: boolean;
}

function clockOf(catalog: Catalog, due: Due, reading: Reading): CaseClock {
  const { now, term, dayUnit, endedAt } = reading;
  const stopped = reading.stopped === true && endedAt === undefined;
  const left = leftOn(catalog, dayOf(endedAt ?? now), due.day, dayUnit);
  const clock: CaseClock = { ...due, dayUnit, left, stopped, card: 'none' };
  if (endedAt !== undefined) clock.endedAt = endedAt;
  if ((endedAt ?? now) > due.dueMs) clock.card = 'red';
  else if (endedAt === undefined && (left <= 1 || left <= term * catalog.settings.yellowShare)) {
    clock.card = 'yellow';
  }
  return clock;
}
