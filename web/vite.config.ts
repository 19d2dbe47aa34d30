import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// Where `npm run dev` finds the server: the default of `codencollab serve`.
const server = process.env['CODENCOLLAB_SERVER'] ?? 'http://127.0.0.1:8000'

// Everything the server answers itself; the rest is the client's own routes and files.
const served = ['/health', '/ready', '/config.json', '/rooms', '/runtimes', '/auth/v1', '/yjs']

export default defineConfig({
  plugins: [react()],
  // Two copies of Yjs do not know each other's types.
  resolve: { dedupe: ['yjs', 'y-protocols', 'lib0'] },
  server: {
    host: '127.0.0.1',
    port: 3000,
    proxy: {
      ...Object.fromEntries(served.map((path) => [path, { target: server }])),
      '/socket.io': { target: server, ws: true },
    },
  },
  // Monaco stays apart by itself: only the editor imports it, and the room imports that on use.
  // (A chunk group for it would also draw in shared helpers, and so be loaded by every page.)
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    assetsDir: 'assets',
    // The budgets (tools/check-budgets.mjs) need to know which chunk came from where.
    manifest: 'manifest.json',
    // A strict content security policy forbids data: fonts and scripts; icons are in the markup.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
    // The polyfill would be an inline script's work in old browsers; ours all know modulepreload.
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/app/test-setup.ts'],
    restoreMocks: true,
    unstubGlobals: true,
    clearMocks: true,
  },
})
