import { defineConfig } from 'vitest/config'

// `unit` is milliseconds a test and part of `npm run check`; `real` starts processes, servers and models; `clients` wants
// what `npm ci --prefix tests/clients/more` installs.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'tests/laws/**/*.test.ts',
            'tests/golden/**/*.test.ts',
            'tests/catalogue/**/*.test.ts',
            'tools/*.test.ts',
            'console/**/*.test.ts',
          ],
          // No test leaves anything behind, so files share what they import: half the time.
          isolate: false,
          // No test measures time; a busy machine only takes longer.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/laws/**', 'tests/golden/**', 'tests/catalogue/**', 'tests/clients/more/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'clients',
          include: ['tests/clients/more/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
