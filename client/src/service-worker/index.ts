/// <reference types="@sveltejs/kit" />
/// <reference lib="webworker" />
/**
 * Makes the station start without a network: program and fallback page are precached as one version, font slices as they are used.
 * Data never passes through here. A new version waits until the clerk takes it.
 */
import { assets, immutable } from '$app/manifest';
import { version } from '$app/env';
import { CacheableResponsePlugin } from 'workbox-cacheable-response';
import { clientsClaim } from 'workbox-core';
import { ExpirationPlugin } from 'workbox-expiration';
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { CacheFirst } from 'workbox-strategies';
import { keepKey } from './key-keeper.ts';

declare const self: ServiceWorkerGlobalScope;

/** More slices than the font has, so that none is thrown out while another version of it is not in use. */
const MAX_FONT_SLICES = 300;
const FONTS = 'fonts';
const FALLBACK = '/index.html';
const isFont = (path: string): boolean => path.endsWith('.woff2');
const rooted = (path: string): string => (path.startsWith('/') ? path : `/${path}`);

precacheAndRoute([
  { url: FALLBACK, revision: version },
  ...immutable.filter(({ path }) => !isFont(path)).map(({ path }) => ({ url: rooted(path), revision: null })),
  ...assets.map(({ path }) => ({ url: rooted(path), revision: version })),
]);
cleanupOutdatedCaches();
registerRoute(
  new NavigationRoute(createHandlerBoundToURL(FALLBACK), {
    denylist: [
      /^\/api\//,
      /^\/sync\/(?:push|pull|snapshot|events|session|bundle|handover)/,
      /^\/(?:healthz|metrics)$/,
    ],
  }),
);
registerRoute(
  ({ url }) => isFont(url.pathname),
  new CacheFirst({
    cacheName: FONTS,
    plugins: [
      new CacheableResponsePlugin({ statuses: [200] }),
      new ExpirationPlugin({ maxEntries: MAX_FONT_SLICES }),
    ],
    matchOptions: { ignoreVary: true },
  }),
);

self.addEventListener('message', (event: ExtendableMessageEvent) => {
  if (keepKey(event)) return;
  const data: unknown = event.data;
  const type = (data as { type?: string } | null)?.type;
  if (type === 'SKIP_WAITING') void self.skipWaiting();
  if (type === 'KEEP_FONTS') event.waitUntil(keepFonts());
});

/** Fetches what the font still lacks, one slice after the other: a name typed offline may need any of them. */
async function keepFonts(): Promise<void> {
  const cache = await caches.open(FONTS);
  for (const path of immutable.map((one) => rooted(one.path)).filter(isFont)) {
    if ((await cache.match(path)) === undefined) await cache.add(path);
  }
}

// The first visit is served too: a terminal must survive a cut line from its first minute.
clientsClaim();
