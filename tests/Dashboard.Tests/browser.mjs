import { expect, test as base } from '@playwright/test';

/** Fails a test whose page broke the policy, threw, or wrote a key into its address. */
export const test = base.extend({
  page: async ({ page }, use) => {
    const faults = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) faults.push(message.text());
    });
    page.on('request', (request) => {
      if (/sk-/.test(request.url())) faults.push(`A key stands in ${request.url()}`);
      if (!request.url().startsWith(process.env.SAASLLM_URL)) faults.push(`Something is loaded from ${request.url()}`);
    });
    await use(page);
    expect(faults).toEqual([]);
  },
});

export async function signIn(page, key, address = '/dashboard') {
  await page.goto(address);
  await page.getByLabel('Operator key or virtual key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
}

export { expect };
