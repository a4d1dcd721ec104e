import { defineConfig } from 'vite'

export default defineConfig({
  build: {
    target: 'es2022',
    // As `data:`, a small file would fall under the rules for scripts and styles of the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `npx vite console`: the page from its sources, against a server that is running.
  server: {
    proxy: Object.fromEntries(['/v1', '/admin'].map((path) => [path, 'http://127.0.0.1:8000'])),
  },
})
