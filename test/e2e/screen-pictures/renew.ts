/**
 * Takes the screens' golden pictures anew, or those alone that are named. Look at each before it is committed.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDir } from '../cast.ts';
import { drawScreens } from './scene.ts';

const GOLDEN = join(import.meta.dirname, 'golden');

/** @param names of the screens; none: all, and what is no screen any more goes */
export async function renewScreens(names: string[], out: string = GOLDEN): Promise<void> {
  const scratch = scratchDir();
  mkdirSync(out, { recursive: true });
  const isWanted = (name: string): boolean => names.length === 0 || names.includes(name);
  for (const file of readdirSync(out)) if (isWanted(file.split('.')[0] ?? '')) rmSync(join(out, file));
  await drawScreens({
    scratch,
    format: 'webp',
    isWanted,
    take: ({ name, picture }) => {
      writeFileSync(join(out, `${name}.webp`), picture);
      return Promise.resolve();
    },
  });
  rmSync(scratch, { recursive: true, force: true });
}
