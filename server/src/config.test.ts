import { isAbsolute } from 'node:path';
import { expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

test('nothing set: port 8080, ./data, the embedded store, the sample district', () => {
  const config = readConfig({});
  expect(config).toMatchObject({ port: 8080, seed: 'sample', logLevel: 'info', offlineHours: 72 });
  expect(config.couchdbUrl).toBeUndefined();
  expect(isAbsolute(config.dataDir)).toBe(true);
});

test('an empty variable counts as not set', () => {
  expect(readConfig({ COUCHDB_URL: '', PORT: '' })).toMatchObject({ port: 8080 });
});

test('every wrong variable is named at once, and no value is repeated', () => {
  const read = () => readConfig({ PORT: '-1', LOG_LEVEL: 'chatty', COUCHDB_PREFIX: 'Bad-Prefix' });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/PORT[\s\S]*COUCHDB_PREFIX[\s\S]*LOG_LEVEL/);
  expect(read).not.toThrow(/Bad-Prefix/);
});
