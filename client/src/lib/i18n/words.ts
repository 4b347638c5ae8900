/** Words for the values of the domain: by key, so that an unknown value shows itself instead of breaking a screen. */
import type { RuleCondition, Unit } from '@sanji/sync/domain/catalog';
import { messagesByName, wordOf } from './messages-by-value.ts';
import { m } from './paraglide/messages.js';
import { getLocale } from './paraglide/runtime.js';

const messages = messagesByName(
  import.meta.glob(
    [
      './paraglide/messages/status_*.js',
      './paraglide/messages/kind_*.js',
      './paraglide/messages/tier_*.js',
      './paraglide/messages/mode_*.js',
      './paraglide/messages/clock_*.js',
      './paraglide/messages/role_*.js',
    ],
    { eager: true },
  ),
);
const word = (prefix: string, value: string): string => wordOf(messages, prefix, value);

export const statusText = (status: string): string => word('status', status);
export const kindText = (kind: string): string => word('kind', kind);
export const tierText = (tier: string): string => word('tier', tier);
export const modeText = (mode: string): string => word('mode', mode);
export const clockText = (name: string): string => word('clock', name);
export const roleText = (role: string): string => word('role', role);

/** Where people go: 华山街道为民服务站, 五华区政务服务大厅. */
export function stationText({ tier, display }: Pick<Unit, 'tier' | 'display'>, locale = getLocale()): string {
  return tier === 'district'
    ? m.station_hall({ unit: display }, { locale })
    : m.station_of({ unit: display }, { locale });
}

/** Of data that carries both languages. */
export function inOwnLanguage({ zh, en }: { zh: string; en: string }, locale = getLocale()): string {
  return locale === 'en' ? en : zh;
}

/** In Chinese where nobody wrote it in English. */
export function conditionText({ text, en }: RuleCondition): string {
  return inOwnLanguage({ zh: text, en: en ?? text });
}
