/** The two contestants in the same browser: the stock plugin, and the product's own store. Called by `run.ts` through `window.bench`. */
import { stockFirstSync, stockPush } from './stock.ts';
import { ownFirstSync, ownPush, ownSaves, ownSeals } from './own.ts';

declare global {
  interface Window {
    bench: Record<string, (options: never) => Promise<unknown>>;
  }
}

window.bench = { stockFirstSync, stockPush, ownFirstSync, ownPush, ownSaves, ownSeals };
document.title = 'ready';
