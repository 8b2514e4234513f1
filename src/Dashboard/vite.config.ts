import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/dashboard/',
  plugins: [react()],
  // The service puts a fresh nonce in its place on each request: see src/Api/Operations/DashboardPages.cs.
  html: { cspNonce: '__nonce__' },
  build: {
    // The policy forbids data: addresses, so that small files stay files.
    assetsInlineLimit: 0,
    // The largest piece is the charts', loaded with the page that draws them.
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': 'http://localhost:8003' } },
});
