import { expect, signIn, test } from './browser.mjs';

const { SAASLLM_OPERATOR_KEY: operatorKey, SAASLLM_TEAM_KEY: teamKey, SAASLLM_JOB: job } = process.env;

// What a team must never see: which model of which provider serves it, and what that costs.
const secrets = /gpt-4o-mini|openai|sandbox|provider|cost/i;

test('a team sees its jobs, credits and keys, and nothing of models, providers or costs', async ({ page, request }) => {
  const costs = await request.get(`/api/jobs/${job}/costs`, { headers: { Authorization: `Bearer ${operatorKey}` } });
  expect(await costs.text(), 'there is something to hide').toMatch(/gpt-4o-mini.*cost_usd/);

  const answers = [];
  page.on('response', (response) => {
    // The stream of hints has no end; that it tells nothing but ids is tested over HTTP.
    if (response.url().includes('/api/') && !response.url().endsWith('/api/events')) answers.push(response.text().then((text) => ({ url: response.url(), text })));
  });

  await signIn(page, teamKey);
  await expect(page.getByRole('navigation').getByRole('link')).toHaveText(['Overview', 'Jobs', 'Credits', 'Keys']);
  await expect(page.getByText('Credits used')).toBeVisible();

  await page.getByRole('link', { name: 'Jobs' }).click();
  await page.getByRole('link', { name: job }).click();
  await expect(page.getByText('Credits charged')).toBeVisible();
  await page.getByRole('link', { name: 'Credits' }).click();
  await expect(page.getByRole('cell', { name: 'charge', exact: true }).first()).toBeVisible();
  await page.getByRole('link', { name: 'Keys' }).click();
  await expect(page.getByRole('cell', { name: 'default' })).toBeVisible();

  const seen = await Promise.all(answers);
  expect(seen.length).toBeGreaterThan(5);
  expect(seen.filter(({ text }) => secrets.test(text))).toEqual([]);
  expect(await page.content()).not.toMatch(/sk-[0-9a-f]{32}/);
});

test('what is the operator\'s stays the operator\'s, whatever address is typed', async ({ page }) => {
  await signIn(page, teamKey, '/dashboard/models');
  await expect(page.getByRole('alert')).toContainText('operator');
});
