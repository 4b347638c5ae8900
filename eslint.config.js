import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

const noConsole = { 'no-console': 'error' };

/** The direction of imports: domain ← protocol ← replication ← { server, client }. */
const forbid = (...patterns) => ({
  'no-restricted-imports': ['error', { patterns: patterns.map((regex) => ({ regex })) }],
});

export default ts.config(
  {
    ignores: [
      '**/node_modules/',
      '**/build/',
      '**/.svelte-kit/',
      'client/src/lib/i18n/paraglide/',
      '**/*.json',
      'data/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    rules: {
      ...noConsole,
      eqeqeq: 'error',
      'max-params': ['error', 4],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['sync/**/*.ts', 'server/**/*.ts', 'test/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: { 'no-undef': 'off', 'svelte/no-navigation-without-resolve': 'off' },
  },
  {
    files: ['sync/src/domain/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      ...forbid(
        'protocol/',
        'replication/',
        'testing/',
        '^node:',
        '^(rxdb|express|svelte|nano|pouchdb)',
        '^@sanji/',
      ),
      'no-restricted-globals': [
        'error',
        'fetch',
        'process',
        'window',
        'document',
        'setTimeout',
        'setInterval',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'time is passed in' },
        { object: 'Math', property: 'random', message: 'randomness is passed in' },
      ],
    },
  },
  { files: ['sync/src/protocol/**/*.ts'], rules: forbid('replication/', '^@sanji/') },
  {
    files: ['sync/src/replication/**/*.ts'],
    rules: forbid('^@sanji/', '^(rxdb|express|svelte|nano|pouchdb)'),
  },
  { files: ['server/**/*.ts'], rules: forbid('^@sanji/client', 'client/src') },
  { files: ['client/**/*.ts', 'client/**/*.svelte'], rules: forbid('^@sanji/server', 'server/src') },
  {
    files: [
      'deploy/**',
      'server/src/{main,restore,audit-command}.ts',
      'test/bench/**',
      'test/simulation/run.ts',
    ],
    rules: { 'no-console': 'off' },
  },
);
