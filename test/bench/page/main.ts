/** The two contestants in the same browser: the stock plugin, and the product's own store. Does what `JobQueue` hands out, job after job. */
import type { Job, Outcome } from '../bare-page.ts';
import { stockFirstSync, stockPush } from './stock.ts';
import { ownFirstSync, ownPush, ownSaves, ownSeals } from './own.ts';

const FUNCTIONS: Record<string, (options: never) => Promise<unknown>> = {
  stockFirstSync,
  stockPush,
  ownFirstSync,
  ownPush,
  ownSaves,
  ownSeals,
};

async function run({ id, name, options }: Job): Promise<Outcome> {
  const work = FUNCTIONS[name];
  if (work === undefined) return { id, error: `no such function: ${name}` };
  try {
    return { id, value: await work(options as never) };
  } catch (error) {
    return { id, error: String(error) };
  }
}

/** Until whoever asks has gone. */
for (;;) {
  const job = (await (await fetch('/job')).json()) as Job;
  await fetch('/done', { method: 'POST', body: JSON.stringify(await run(job)) });
}
