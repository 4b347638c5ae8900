/** An export as a running hub answers it: asked for by an audit administrator, taken apart into its parts again. */
import { z } from 'zod';
import { PARTS, parseLine } from '@sanji/sync/audit/export-format';
import { linesOf } from '@sanji/sync/audit/read-part';
import type { ExportSink } from './export-parts.ts';

/** The hub refused, or broke off; the message is for an operator. */
export class ExportRefused extends Error {}

export interface Auditor {
  staffId: string;
  password: string;
}

const header = z.strictObject({ part: z.enum(PARTS) });
/** Lines are handed on in pieces of this many characters. */
const PIECE = 1 << 20;

export async function fetchExport(hubUrl: string, auditor: Auditor, sink: ExportSink): Promise<void> {
  const login = await ask(new URL('/api/session', hubUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(auditor),
  });
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  try {
    const { body } = await ask(new URL('/api/audit/export', hubUrl), { headers: { cookie } });
    if (body === null) throw new ExportRefused('the hub sent no export');
    await takeApart(body, sink);
  } finally {
    await ask(new URL('/api/session', hubUrl), { method: 'DELETE', headers: { cookie } });
  }
}

async function takeApart(body: AsyncIterable<Uint8Array>, sink: ExportSink): Promise<void> {
  let piece = '';
  let isOpen = false;
  const flush = async () => {
    if (piece !== '') await sink.write(piece);
    piece = '';
  };
  const close = async () => {
    await flush();
    if (isOpen) await sink.end();
  };
  for await (const line of linesOf(body)) {
    const next = line.startsWith('{"part":') ? header.safeParse(parseLine(line)) : undefined;
    if (next?.success === true) {
      await close();
      await sink.begin(next.data.part);
      isOpen = true;
    } else if (line.startsWith('{"manifest":')) {
      await close();
      await sink.manifest(`${line}\n`);
      return;
    } else {
      piece += `${line}\n`;
      if (piece.length >= PIECE) await flush();
    }
  }
  throw new ExportRefused('the answer of the hub broke off before its end');
}

async function ask(url: URL, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init).catch((error: unknown) => {
    throw new ExportRefused(`${url.origin} does not answer`, { cause: error });
  });
  if (response.ok) return response;
  const { code } = (await response.json().catch(() => ({}))) as { code?: string };
  throw new ExportRefused(`the hub refused ${url.pathname}: ${code ?? String(response.status)}`);
}
