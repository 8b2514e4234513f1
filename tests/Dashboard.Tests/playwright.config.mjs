import { defineConfig } from '@playwright/test';
import { existsSync } from 'node:fs';

const chromium = process.env.PATH.split(':').map((folder) => `${folder}/chromium`).find(existsSync);
if (!chromium) throw new Error('No chromium on PATH: ./build.sh --target=Test fetches one.');

export default defineConfig({
  timeout: 180_000,
  expect: { timeout: 20_000 },
  workers: 1,
  reporter: 'line',
  outputDir: process.env.SAASLLM_OUTPUT,
  use: {
    baseURL: process.env.SAASLLM_URL,
    // Whoever runs the tests may be root, whom the sandbox refuses; the pages are our own.
    launchOptions: { executablePath: chromium, args: ['--no-sandbox'] },
    screenshot: 'only-on-failure',
    // What fades in is neither readable nor in its place at first.
    contextOptions: { reducedMotion: 'reduce' },
  },
});
