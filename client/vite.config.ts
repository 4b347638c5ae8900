import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { handbook } from './handbook-plugin.ts';
import program from './package.json' with { type: 'json' };

export default defineConfig({
  plugins: [
    handbook(),
    tailwindcss(),
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/lib/i18n/paraglide',
      strategy: ['localStorage', 'baseLocale'],
    }),
    sveltekit({
      adapter: adapter({ fallback: 'index.html' }),
      serviceWorker: { register: false },
      // Every build is another version: the service worker tells the fallback page of one from that of another by it.
      version: { name: `${program.version}-${Date.now().toString(36)}`, pollInterval: 0 },
    }),
  ],
  resolve: {
    alias: [
      {
        find: /^fflate$/,
        replacement: fileURLToPath(new URL('src/lib/workbook/fflate-in-place.ts', import.meta.url)),
      },
    ],
  },
  // Small font slices as data: addresses would be blocked by the policy of the page.
  build: { target: 'es2022', assetsInlineLimit: 0 },
  server: { proxy: { '/api': 'http://localhost:8080', '/sync/': 'http://localhost:8080' } },
});
