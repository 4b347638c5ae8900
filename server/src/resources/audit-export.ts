/** The whole record for an auditor, in one answer: what `npm run audit` writes into a folder, part by part. Nothing is more worth guarding. */
import { once } from 'node:events';
import type { Response } from 'express';
import { z } from 'zod';
import { lineOf } from '@sanji/sync/audit/export-format';
import { exportParts, type ExportSink } from '../audit/export-parts.ts';
import { forStaff, type Endpoint } from '../http/endpoint.ts';
import type { Container } from '../container.ts';

export function auditExportRoute(container: Container): Endpoint {
  const { stores, clock, catalog, life, hubDevice, audit } = container;
  return forStaff({
    name: 'GET /api/audit/export',
    summary:
      'Everything that can be verified: newline-delimited JSON, a line {part} before the lines of each part, the signed manifest last.',
    answers: { schema: z.string(), mediaType: 'application/x-ndjson' },
    async handle(_asked, { staff }) {
      await audit({ kind: 'audit-exported', staffId: staff.staffId, object: 'audit', result: 'ok' });
      const { district } = catalog.current().settings;
      const deps = { stores, clock, district, epoch: life.epoch, hub: hubDevice };
      return {
        ok: true,
        value: {
          stream: async (response, signal) => {
            response.type('application/x-ndjson');
            await exportParts(deps, sinkInto(response, signal));
            response.end();
          },
        },
      };
    },
  });
}

/** As fast as the other side reads, and no further when it has left. */
function sinkInto(response: Response, signal: AbortSignal): ExportSink {
  const write = async (text: string) => {
    signal.throwIfAborted();
    if (!response.write(text)) await once(response, 'drain', { signal });
  };
  return {
    begin: (part) => write(lineOf({ part })),
    write,
    end: () => Promise.resolve(),
    manifest: write,
  };
}
