/** The words of every problem code. Codes in parameters (units, roles, kinds) become names. */
import type { Problem } from '@sanji/sync/domain/problem';
import { catalogState } from '#lib/state/catalog.svelte.ts';
import { weekdayText } from './hours-text.ts';
import { messagesByName } from './messages-by-value.ts';
import { m } from './paraglide/messages.js';
import { getLocale } from './paraglide/runtime.js';
import { kindText, modeText, roleText } from './words.ts';

const messages = messagesByName(import.meta.glob('./paraglide/messages/problem_*.js', { eager: true }));

export function problemText(problem: Problem): string {
  const params = namedParams(problem);
  const key = `problem_${problem.code.replaceAll('-', '_')}`;
  const withName = params['byName'] === undefined ? undefined : messages[`${key}_by`];
  return (withName ?? messages[key])?.(params) ?? problem.code;
}

/** What a refusal that is long past was about: the log keeps its code alone. */
export function reasonText(code: string): string {
  const unknown = new Proxy({}, { get: () => '…' });
  return messages[`problem_${code.replaceAll('-', '_')}`]?.(unknown) ?? code;
}

/** What the rules of the domain ask for, by its name there; other expectations are shown as they are: a form, an example. */
const EXPECTED: Record<string, () => string> = {
  positive: m.expected_positive,
  deferrable: m.expected_deferrable,
  outstanding: m.expected_outstanding,
};

/** As any version of any matter calls it. */
function materialName(code: string): string {
  for (const versions of catalogState.current.matters.values())
    for (const { materials } of versions.toReversed()) {
      const found = materials.find((material) => material.code === code);
      if (found !== undefined) return getLocale() === 'en' ? found.en : found.name;
    }
  return code;
}

function namedParams({ params = {} }: Problem): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) named[name] = nameOf(name, String(value));
  if (named['names'] !== undefined) named['names'] = namesText(named['names'], Number(params['more'] ?? 0));
  return named;
}

/** Where there are more than anybody would read, how many are left out. */
function namesText(joined: string, more: number): string {
  const names = joined.split('、').join(m.list_and());
  return more === 0 ? names : m.list_more({ names, count: more });
}

function nameOf(param: string, value: string): string {
  switch (param) {
    case 'holder':
    case 'unit':
    case 'to':
      return catalogState.unitName(value);
    case 'matterId':
      return catalogState.matterName(value);
    case 'weekday':
      return weekdayText(Number(value));
    case 'role':
      return roleText(value);
    case 'roles':
      return value.split(',').map(roleText).join(m.list_and());
    case 'kind':
      return kindText(value);
    case 'mode':
    case 'needed':
      return modeText(value);
    case 'codes':
      return value.split(',').map(materialName).join(m.list_and());
    case 'expected':
      return EXPECTED[value]?.() ?? value;
    default:
      return value;
  }
}
