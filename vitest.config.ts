import { defineConfig } from 'vitest/config'

// `unit` is milliseconds a test and part of `npm run check`; `real` starts processes, servers and models.
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
          // No test measures time; a busy machine only takes longer.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/laws/**', 'tests/golden/**', 'tests/catalogue/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
