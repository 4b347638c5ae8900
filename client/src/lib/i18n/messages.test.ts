/** Chinese and English say the same things: no message is missing in one of them, none is left over that no screen says. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const CLIENT = join(import.meta.dirname, '../../..');
/** Said by the value they stand for: `status_received`, `problem_offline`. */
const BY_VALUE = /^(?:status|kind|tier|mode|clock|role|problem|auditkind|auditobject|auditdetail)_/;

type Message = string | { match: Record<string, string> }[];

function messagesOf(locale: string): Map<string, Message> {
  const folder = join(CLIENT, 'messages', locale);
  return new Map(
    readdirSync(folder).flatMap((file) => {
      const messages = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, Message>;
      return Object.entries(messages).filter(([key]) => key !== '$schema');
    }),
  );
}

function sourcesIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(({ name, parentPath }) => /\.(?:svelte|ts)$/.test(name) && !parentPath.includes('paraglide'))
    .map(({ name, parentPath }) => readFileSync(join(parentPath, name), 'utf8'))
    .join('\n');
}

const zh = messagesOf('zh-CN');
const en = messagesOf('en');
const sources = sourcesIn(join(CLIENT, 'src'));

/** The names a message is filled with, of whichever of its forms. */
function inputsOf(message: Message | undefined): string[] {
  const text =
    typeof message === 'string' ? message : JSON.stringify(message?.map(({ match }) => match) ?? '');
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ''))].sort();
}

it('has every message in both languages', () => {
  expect([...en.keys()].sort()).toEqual([...zh.keys()].sort());
});

it('has no message that nothing says', () => {
  const unused = [...zh.keys()].filter(
    (key) => !BY_VALUE.test(key) && !new RegExp(`\\bm\\.${key}\\b`).test(sources),
  );
  expect(unused).toEqual([]);
});

it('says no message that is missing', () => {
  const said = new Set([...sources.matchAll(/\bm\.([a-z]+_\w+)\b/g)].map(([, key]) => key ?? ''));
  expect([...said].filter((key) => !zh.has(key))).toEqual([]);
});

it('fills both languages with the same', () => {
  const different = [...zh].filter(([key, message]) => {
    const inputs = inputsOf(en.get(key));
    return inputs.some((name) => !inputsOf(message).includes(name));
  });
  expect(different.map(([key]) => key)).toEqual([]);
});

it('has no Chinese in English and no curly marks, which its typeface draws as wide as a Chinese character', () => {
  const text = (message: Message): string => JSON.stringify(message);
  const odd = [...en].filter(
    ([key, message]) => key !== 'language_other' && /[\u3000-\u9fff\u2018-\u201d]/.test(text(message)),
  );
  expect(odd).toEqual([]);
});
