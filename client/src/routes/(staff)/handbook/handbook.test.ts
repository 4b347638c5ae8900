/** The handbook speaks of the program as it is: every word in bold stands on a screen, every link and picture is there, in both languages. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Marked, type Token } from 'marked';
import { describe, expect, it } from 'vitest';
import { addressOf } from '../../../../handbook-plugin.ts';
import { helpFor } from './help-for.ts';

const CLIENT = join(import.meta.dirname, '../../../..');
const HANDBOOK = join(CLIENT, '../docs/handbook');
const LOCALES = ['zh-CN', 'en'] as const;
type Locale = (typeof LOCALES)[number];

interface Said {
  chapter: string;
  text: string;
}

const chaptersOf = (locale: Locale): string[] =>
  readdirSync(join(HANDBOOK, locale))
    .filter((file) => file.endsWith('.md'))
    .sort();

/** What every chapter of a language has of a kind of token. */
function all(locale: Locale, read: (token: Token) => string | undefined): Said[] {
  return chaptersOf(locale).flatMap((chapter) => {
    const marked = new Marked();
    const tokens = marked.lexer(readFileSync(join(HANDBOOK, locale, chapter), 'utf8'));
    const found: Said[] = [];
    marked.walkTokens(tokens, (token) => {
      const text = read(token);
      if (text !== undefined) found.push({ chapter, text });
    });
    return found;
  });
}

const hrefsOf = (locale: Locale, type: 'link' | 'image'): Said[] =>
  all(locale, (token) => (token.type === type && 'href' in token ? String(token['href']) : undefined));

/** Not only places for words with commas between them. */
const saysSomething = (message: string): boolean =>
  /[\p{L}\p{N}]{2}/u.test(message.replace(/\{\w+\}/g, ' ').replaceAll(' ', ''));

/** What the screens say, each with its places for words and numbers. */
function wordings(locale: Locale): RegExp[] {
  const folder = join(CLIENT, 'messages', locale);
  const values = readdirSync(folder).flatMap((file) =>
    Object.values(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>).flatMap(
      (value) =>
        typeof value === 'string'
          ? [value]
          : (value as { match: Record<string, string> }[]).flatMap(({ match }) => Object.values(match)),
    ),
  );
  const quoted = (text: string): string => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return values
    .filter(saysSomething)
    .map((value) => new RegExp(`^${quoted(value.trim()).replace(/\{\w+\}/g, '.+')}$`));
}

describe.each(LOCALES)('in %s', (locale) => {
  it('what is in bold stands on a screen', () => {
    const known = wordings(locale);
    const bold = all(locale, (token) =>
      token.type === 'strong' && 'text' in token ? String(token.text) : undefined,
    );
    expect(bold.length).toBeGreaterThan(80);
    expect(bold.filter(({ text }) => !known.some((wording) => wording.test(text)))).toEqual([]);
  });

  it('every link leads to a chapter, and every chapter is in the contents', () => {
    const links = hrefsOf(locale, 'link');
    expect(links.filter(({ text }) => !chaptersOf(locale).includes(text))).toEqual([]);
    const listed = links.filter(({ chapter }) => chapter === 'README.md').map(({ text }) => text);
    expect(listed.sort()).toEqual(chaptersOf(locale).filter((file) => file !== 'README.md'));
  });

  it('every picture is there, and none is left over', () => {
    const shown = hrefsOf(locale, 'image').map(({ text }) => join(HANDBOOK, locale, text));
    expect(shown.filter((path) => !existsSync(path))).toEqual([]);
    const folder = dirname(shown[0] ?? '');
    expect(shown.sort()).toEqual(
      readdirSync(folder)
        .map((file) => join(folder, file))
        .sort(),
    );
  });
});

it('both languages have the same chapters with the same pictures', () => {
  expect(chaptersOf('en')).toEqual(chaptersOf('zh-CN'));
  const pictures = (locale: Locale): Said[] =>
    hrefsOf(locale, 'image').map(({ chapter, text }) => ({ chapter, text: text.replace(locale, '') }));
  expect(pictures('en')).toEqual(pictures('zh-CN'));
});

it.each([
  ['/', '/handbook/keys'],
  ['/intake', '/handbook/receive'],
  ['/case/01abc', '/handbook/review'],
  ['/case/01abc/papers', '/handbook/print'],
  ['/admin/audit', '/handbook/audit'],
  ['/handbook/sync', '/handbook'],
])('help for %s is %s', (path, chapter) => {
  expect(helpFor(path)).toBe(chapter);
});

it('help leads to chapters that exist', () => {
  const source = readFileSync(join(import.meta.dirname, 'help-for.ts'), 'utf8');
  const named = [...source.matchAll(/, '([a-z-]+)'\]/g)].map(([, id]) => `${id ?? ''}.md`);
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((file) => !chaptersOf('zh-CN').includes(file))).toEqual([]);
});

it('a link between chapters is one between pages of the program', () => {
  expect(addressOf('sync.md')).toBe('/handbook/sync');
  expect(addressOf('README.md')).toBe('/handbook');
});
