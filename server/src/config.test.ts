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

test('a street relay is told where its district is, and nothing that would be left aside', () => {
  expect(readConfig({ UPSTREAM_URL: 'https://hub.example/', RELAY_CODE: 'ABCDE-FGHJK' })).toMatchObject({
    upstreamUrl: 'https://hub.example',
    relayCode: 'ABCDE-FGHJK',
  });
  const wrong = ['hub.example', 'ftp://hub.example', 'https://hub.example/sync', 'https://a:b@hub.example'];
  for (const UPSTREAM_URL of wrong) expect(() => readConfig({ UPSTREAM_URL })).toThrow('UPSTREAM_URL');
  expect(() => readConfig({ RELAY_CODE: 'ABCDE-FGHJK' })).toThrow('set UPSTREAM_URL');
  const both = { UPSTREAM_URL: 'https://hub.example', COUCHDB_URL: 'http://db:5984' };
  expect(() => readConfig(both)).toThrow('leave out COUCHDB_URL');
});
