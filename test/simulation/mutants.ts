/**
 * Runs the simulation on each mutation of the product until it finds something: `node test/simulation/mutants.ts [--name part]`. Each mutant is a
 * whole second copy of the program, loaded with one line changed. Prints one JSON line a mutant.
 */
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { RELAY } from './mutations-of-relay.ts';
import { MUTATIONS } from './mutations.ts';
import type { Mutation } from './mutations.ts';
import type { tell as Tell } from './simulate.ts';
import { RELAYS_EVERY } from './story.ts';
import type { storyOf as StoryOf } from './story.ts';

/** What is caught at all is caught early; what is not within these is as good as not. */
export const MAX_SEEDS = 300;

const TOP = new URL('../../', import.meta.url).href;
const { values } = parseArgs({ options: { name: { type: 'string', default: '' } } });

registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context);
    const mutant =
      context.parentURL === undefined ? null : new URL(context.parentURL).searchParams.get('mutant');
    const isOurs = found.url.startsWith(TOP) && !found.url.includes('/node_modules/');
    return mutant === null || !isOurs ? found : { ...found, url: `${found.url}?mutant=${mutant}` };
  },
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const { searchParams, pathname } = new URL(url);
    const mutant = searchParams.get('mutant');
    const mutation = mutant === null ? undefined : MUTATIONS[Number(mutant)];
    if (mutation === undefined || !pathname.endsWith(`/${mutation.file}`)) return loaded;
    return { ...loaded, source: mutated(mutation) };
  },
});

function mutated({ name, file, find, replace }: Mutation): string {
  const source = readFileSync(fileURLToPath(new URL(file, TOP)), 'utf8');
  const count = source.split(find).length - 1;
  if (count !== 1) throw new Error(`«${name}»: ${file} has its line ${String(count)} times`);
  return source.replace(find, () => replace);
}

interface Simulation {
  tell: typeof Tell;
  storyOf: typeof StoryOf;
}

async function load(index: number): Promise<Simulation> {
  const at = (file: string) =>
    `${pathToFileURL(fileURLToPath(new URL(file, import.meta.url))).href}?mutant=${String(index)}`;
  const { tell } = (await import(at('./simulate.ts'))) as Pick<Simulation, 'tell'>;
  const { storyOf } = (await import(at('./story.ts'))) as Pick<Simulation, 'storyOf'>;
  return { tell, storyOf };
}

for (const [index, { name }] of MUTATIONS.entries()) {
  if (!name.includes(values.name)) continue;
  const { tell, storyOf } = await load(index);
  let caught: { seeds: number; finding: string } | null = null;
  // A mistake of relays shows only where there are some.
  const every = RELAY.some((mutation) => mutation.name === name) ? RELAYS_EVERY : 1;
  for (let seeds = 1; seeds <= MAX_SEEDS && caught === null; seeds++) {
    const [finding] = (await tell(storyOf({ seed: seeds * every }))).findings;
    if (finding !== undefined) caught = { seeds, finding };
  }
  process.stdout.write(`${JSON.stringify({ name, caught })}\n`);
}
