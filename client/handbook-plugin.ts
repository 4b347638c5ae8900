/**
 * Turns a chapter of docs/handbook into a module while the program is built: its title, its HTML, and the pictures as files of the program,
 * so that the handbook opens without a network. Nothing is rendered at the terminal.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Marked, type Token, type Tokens } from 'marked';
import type { Plugin } from 'vite';

export interface Chapter {
  title: string;
  /** Ours, made at build time of our own text. */
  html: string;
  /** What a table of contents names, by its headings. Empty for a chapter. */
  contents: { title: string; chapters: { id: string; title: string }[] }[];
}

const IS_CHAPTER = /\/docs\/handbook\/[^/]+\/[^/]+\.md$/;
/** Where the program shows the chapter of a file. */
export const HANDBOOK = '/handbook';

export function handbook(): Plugin {
  return {
    name: 'sanji-handbook',
    enforce: 'pre',
    load(id) {
      if (!IS_CHAPTER.test(id)) return null;
      return chapterModule(id);
    },
  };
}

/** The pictures' addresses are known to the program alone, so it puts them in. */
function chapterModule(path: string): string {
  const source = readFileSync(path, 'utf8');
  const tokens = new Marked().lexer(source);
  const title = titleOf(tokens);
  const pictures: string[] = [];
  const marked = new Marked({
    renderer: {
      link({ href, tokens: words }) {
        return `<a href="${addressOf(href)}">${this.parser.parseInline(words)}</a>`;
      },
      image({ href, text }) {
        const { width, height } = sizeOf(join(dirname(path), href));
        const size = `width="${String(width)}" height="${String(height)}"`;
        const place = `@picture-${String(pictures.push(href) - 1)}@`;
        return `<img src="${place}" alt="${text}" ${size} loading="lazy">`;
      },
      table(table) {
        const words = tableOf(table, (cell) => this.parser.parseInline(cell));
        return `<div class="scrolls" tabindex="0" role="region" aria-label="${title}">${words}</div>`;
      },
    },
  });
  const html = marked.parse(source, { async: false });
  const names = pictures.map((_, i) => `picture${String(i)}`);
  return [
    ...pictures.map((href, i) => `import ${String(names[i])} from ${JSON.stringify(href)};`),
    `const pictures = [${names.join()}];`,
    `const text = ${JSON.stringify(html)};`,
    'export const html = pictures.reduce((all, one, i) => all.replace(`@picture-${i}@`, one), text);',
    `export const title = ${JSON.stringify(title)};`,
    `export const contents = ${JSON.stringify(contentsOf(tokens))};`,
  ].join('\n');
}

function tableOf({ header, rows }: Tokens.Table, inline: (tokens: Token[]) => string): string {
  const cells = (row: Tokens.TableCell[], tag: string): string =>
    row.map(({ tokens }) => `<${tag}>${inline(tokens)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('');
  return `<table><thead><tr>${cells(header, 'th')}</tr></thead><tbody>${body}</tbody></table>`;
}

/** `sync.md` is a page of the program; the list of chapters is its first. */
export function addressOf(href: string): string {
  if (!/^[\w-]+\.md$/.test(href)) return href;
  const id = basename(href, '.md');
  return id === 'README' ? HANDBOOK : `${HANDBOOK}/${id}`;
}

function titleOf(tokens: Token[]): string {
  const heading = tokens.find((token): token is Tokens.Heading => token.type === 'heading');
  if (heading === undefined) throw new Error('a chapter begins with its title');
  return heading.text;
}

function contentsOf(tokens: Token[]): Chapter['contents'] {
  const contents: Chapter['contents'] = [];
  for (const token of tokens) {
    if (token.type === 'heading' && token.depth === 2) contents.push({ title: token.text, chapters: [] });
    if (token.type !== 'list') continue;
    const items = (token as Tokens.List).items.map(({ text }) => /^\[(.+?)\]\(([\w-]+)\.md\)/.exec(text));
    contents
      .at(-1)
      ?.chapters.push(
        ...items.flatMap((found) => (found === null ? [] : [{ id: found[2] ?? '', title: found[1] ?? '' }])),
      );
  }
  return contents.filter(({ chapters }) => chapters.length > 0);
}

/** What the browser must keep free for a WebP, so that nothing jumps: RFC 9649 §2.5 and §2.7. */
function sizeOf(path: string): { width: number; height: number } {
  const bytes = readFileSync(path);
  switch (bytes.toString('latin1', 8, 16)) {
    case 'WEBPVP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'WEBPVP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      throw new Error(`${path} is not a lossy WebP`);
  }
}
