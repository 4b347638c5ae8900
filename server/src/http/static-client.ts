/** The built client. Every path that is no file is the application's own address, so the page answers it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Router, static as serveFiles, type RequestHandler } from 'express';

export function staticClient(clientDir: string): RequestHandler {
  const router = Router();
  const page = join(clientDir, 'index.html');
  if (!existsSync(page)) return router;
  router.use(
    serveFiles(clientDir, {
      index: false,
      dotfiles: 'ignore',
      // A folder is no page, and a redirection repeats whatever address it was asked by.
      redirect: false,
      setHeaders: (response, path) => {
        // Names under immutable/ carry their content's hash; everything else must be asked for anew, the service worker above all.
        const isImmutable = path.includes('/_app/immutable/');
        response.setHeader('cache-control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  router.get('/{*path}', (request, response, next) => {
    if (/\.[a-z0-9]+$/i.test(request.path)) {
      next();
      return;
    }
    response.setHeader('cache-control', 'no-cache');
    response.sendFile(page);
  });
  return router;
}
