/** Stories that once ended badly, cut short, each a file of its own: told first, for ever. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import type { Shrunk } from './shrink.ts';
import type { Story } from './story.ts';

const folder = new URL('regressions/', import.meta.url);

export interface Regression {
  name: string;
  story: Story;
}

export function regressions(): Regression[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const { story } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Shrunk;
      return { name, story };
    });
}

/** The name under which it is kept. */
export function keep({ story, findings }: Shrunk): string {
  const name = `seed-${String(story.seed)}.json`;
  writeFileSync(new URL(name, folder), `${JSON.stringify({ findings, story }, null, 2)}\n`);
  return name;
}
