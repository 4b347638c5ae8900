import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inlineScriptHashes } from './security-headers.ts';

test('only scripts written into the page get a hash, byte for byte', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sanji-page-'));
  const script = '\n  start("五华");\n';
  writeFileSync(
    join(folder, 'index.html'),
    `<script src="/a.js"></script><script type="module">${script}</script><p>no script</p>`,
  );
  const hash = createHash('sha256').update(script).digest('base64');
  expect(inlineScriptHashes(folder)).toEqual([`'sha256-${hash}'`]);
  rmSync(folder, { recursive: true });
});

test('without a built client no inline script is allowed', () => {
  expect(inlineScriptHashes('/nowhere')).toEqual([]);
});
