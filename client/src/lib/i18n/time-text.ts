/** Dates, ages and what is left of a limit, in the forms of screens.md §4: Asia/Shanghai, 24 h, never relative past an hour. */
import type { CaseClock } from '@sanji/sync/domain/deadlines';
import { m } from './paraglide/messages.js';
import { getLocale } from './paraglide/runtime.js';

const PARTS = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'short',
});
const MINUTE_MS = 60_000;

/** `2026-11-23 09:05` */
export function dateTimeText(ms: number): string {
  return PARTS.format(ms);
}
/** `2026-11-23` */
export function dayText(ms: number): string {
  return dateTimeText(ms).slice(0, 10);
}
/** `09:05` */
export function timeText(ms: number): string {
  return dateTimeText(ms).slice(11);
}
/** The time alone for today, the whole otherwise. */
export function momentText(ms: number, now: number): string {
  return dayText(ms) === dayText(now) ? timeText(ms) : dateTimeText(ms);
}

/** The time alone for today, the day alone otherwise: for crowded lines. */
export function momentShort(ms: number, now: number): string {
  return dayText(ms) === dayText(now) ? timeText(ms) : dayText(ms);
}

/** 1月, January. */
export function monthText(month: number): string {
  const locale = getLocale();
  const form = new Intl.DateTimeFormat(locale, {
    month: locale === 'en' ? 'long' : 'numeric',
    timeZone: 'UTC',
  });
  return form.format(Date.UTC(2000, month - 1));
}

/** Minutes to 60, then hours and minutes, then days and hours. */
export function ageText(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / MINUTE_MS));
  if (minutes === 0) return m.age_now();
  if (minutes < 60) return m.age_minutes({ minutes });
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? m.age_hours({ hours, minutes: minutes % 60 })
    : m.age_days({ days: Math.floor(hours / 24), hours: hours % 24 });
}

/** `剩 4 个工作日`, `剩 2 小时 54 分` on the last day, `超期 1 个工作日`. */
export function leftText(clock: CaseClock, now: number): string {
  if (clock.stopped) return m.deadline_stopped();
  const days = Math.abs(clock.left);
  const isWorkday = clock.dayUnit === 'workday';
  if (clock.dueMs < now) {
    if (clock.left >= 0) return m.deadline_overdue_hours(hoursOf(now - clock.dueMs));
    return isWorkday ? m.deadline_overdue_workdays({ days }) : m.deadline_overdue_days({ days });
  }
  if (clock.left <= 0) {
    const left = hoursOf(clock.dueMs - now);
    return left.hours === 0
      ? m.deadline_left_minutes({ minutes: left.minutes })
      : m.deadline_left_hours(left);
  }
  return isWorkday ? m.deadline_left_workdays({ days }) : m.deadline_left_days({ days });
}

/** `2026-11-24 17:00`, with 暂定 where a year without a calendar was counted through. */
export function dueText(clock: CaseClock): string {
  const text = clock.due.replace('T', ' ');
  return clock.provisional ? `${text} ${m.deadline_provisional()}` : text;
}

/** `今日 17:00` on the last day. */
export function dueShort(clock: CaseClock, now: number): string {
  return clock.due.slice(0, 10) === dayText(now)
    ? m.deadline_today({ time: clock.due.slice(11) })
    : dueText(clock);
}

function hoursOf(ms: number): { hours: number; minutes: number } {
  const minutes = Math.floor(ms / MINUTE_MS);
  return { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}
