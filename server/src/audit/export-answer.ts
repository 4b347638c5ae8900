/** An export as a running hub answers it: asked for by an audit administrator, taken apart into its parts again. */
import { z } from 'zod';
import { PARTS, parseLine } from '@sanji/sync/audit/export-format';
import { linesOf } from '@sanji/sync/audit/read-part';
import type { ExportSink } from './export-parts.ts';

/** The hub refused, or broke off; the message is for an operator. */
export class ExportRefused extends Error {}

/** The auditor has a second factor, and its code was not given. */
export class CodeMissing extends Error {}

export interface Auditor {
  staffId: string;
  password: string;
  /** Of the second factor, as the app shows it, or a recovery code. Good for one session. */
  code?: string;
}

const header = z.strictObject({ part: z.enum(PARTS) });
/** Lines are handed on in pieces of this many characters. */
const PIECE = 1 << 20;

/** Throws `CodeMissing`, or `ExportRefused` with what the hub said. */
export async function fetchExport(
  hubUrl: string,
  { code, ...auditor }: Auditor,
  sink: ExportSink,
): Promise<void> {
  const login = await post(new URL('/api/session', hubUrl), auditor);
  const { factor } = (await login.json()) as { factor?: 'asked' | 'due' };
  const cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  try {
    if (factor === 'asked') {
      if (code === undefined) throw new CodeMissing();
      await post(new URL('/api/session/factor', hubUrl), { code }, { cookie });
    }
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

function post(url: URL, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return ask(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

async function ask(url: URL, init: RequestInit): Promise<Response> {
  // A hub does not redirect. What does is something in between, which must be given neither password nor record.
  const response = await fetch(url, { ...init, redirect: 'manual' }).catch((error: unknown) => {
    throw new ExportRefused(`${url.origin} does not answer`, { cause: error });
  });
  if (response.ok) return response;
  const { code } = (await response.json().catch(() => ({}))) as { code?: string };
  throw new ExportRefused(`the hub refused ${url.pathname}: ${code ?? String(response.status)}`);
}
