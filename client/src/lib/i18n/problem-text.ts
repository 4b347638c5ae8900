/** The words of every problem code. Codes in parameters (units, roles, kinds) become names. */
import type { Problem } from '@sanji/sync/domain/problem';
import { catalogState } from '#lib/state/catalog.svelte.ts';
import { messagesByName } from './messages-by-value.ts';
import { m } from './paraglide/messages.js';
import { kindText, modeText, roleText } from './words.ts';

const messages = messagesByName(import.meta.glob('./paraglide/messages/problem_*.js', { eager: true }));

export function problemText(problem: Problem): string {
  const params = namedParams(problem);
  const key = `problem_${problem.code.replaceAll('-', '_')}`;
  const withName = params['byName'] === undefined ? undefined : messages[`${key}_by`];
  return (withName ?? messages[key])?.(params) ?? problem.code;
}

function namedParams({ params = {} }: Problem): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [name, value] of Object.entries(params)) named[name] = nameOf(name, String(value));
  return named;
}

function nameOf(param: string, value: string): string {
  switch (param) {
    case 'holder':
    case 'unit':
    case 'to':
      return catalogState.unitName(value);
    case 'matterId':
      return catalogState.matterName(value);
    case 'role':
      return roleText(value);
    case 'roles':
      return value.split(',').map(roleText).join(m.list_and());
    case 'kind':
      return kindText(value);
    case 'mode':
    case 'needed':
      return modeText(value);
    default:
      return value;
  }
}
