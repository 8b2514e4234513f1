import { createServer } from 'node:http';
import { expect, signIn, test } from './browser.mjs';

const operatorKey = process.env.SAASLLM_OPERATOR_KEY;
const headers = { Authorization: `Bearer ${operatorKey}` };

/** Asks the service itself, as the operator. */
function service(request) {
  const answered = async (response) => {
    expect(response.ok(), `${response.url()} ${await response.text()}`).toBe(true);
    return response.json();
  };
  return {
    get: async (path) => answered(await request.get(path, { headers })),
    post: async (path, data) => answered(await request.post(path, { headers, data })),
  };
}

/** An organization, a group and a team, and one job of it that has completed. */
async function customer(request, name) {
  const { post } = service(request);
  await post('/api/organizations/create', { organization_id: name, name });
  await post('/api/model-groups/create', { group_name: `${name}-chat`, models: [{ model_name: 'gpt-4o-mini', priority: 0 }] });
  await post('/api/teams/create', { organization_id: name, team_id: `${name}-prod`, model_groups: [`${name}-chat`], credits_allocated: 10 });
  await post('/api/jobs/create-and-call', { team_id: `${name}-prod`, job_type: `${name}-summary`, messages: [{ role: 'user', content: 'Good morning' }] });
}

const field = (scope, name, role = 'textbox') => scope.getByRole(role, { name, exact: true });

/** Deletes what is so named: the typed name has to be whole. */
async function confirmDeletion(page, button, name, action) {
  await page.getByRole('button', { name: button, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(`Type ${name} to confirm`).fill(name.slice(0, -1));
  await expect(dialog.getByRole('button', { name: action })).toBeDisabled();
  await dialog.getByLabel(`Type ${name} to confirm`).fill(name);
  await dialog.getByRole('button', { name: action }).click();
}

test('a model is added, changed and deleted', async ({ page, request }) => {
  const { get, post } = service(request);
  await signIn(page, operatorKey, '/dashboard/models');
  await page.getByRole('button', { name: 'Add a model' }).click();
  const dialog = page.getByRole('dialog');
  await field(dialog, 'Name').fill('a-house-chat');
  await dialog.getByRole('combobox', { name: 'Provider' }).fill('house');
  await field(dialog, 'Input, USD per million tokens').fill('0.25');
  await field(dialog, 'Output, USD per million tokens').fill('1.5');
  await field(dialog, 'Context, tokens').fill('128000');
  await dialog.getByRole('combobox', { name: 'Capabilities' }).fill('tools');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('row', { name: /a-house-chat/ })).toContainText('$1.50');
  expect(await get('/api/models/a-house-chat')).toMatchObject({
    provider: 'house', upstream_model: 'a-house-chat', input_usd_per_million: 0.25, context_window: 128000, capabilities: ['tools'], active: true,
  });

  await page.getByRole('button', { name: 'Edit a-house-chat' }).click();
  await field(dialog, 'Input, USD per million tokens').fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('can be changed, but not taken away.')).toBeVisible();
  await field(dialog, 'Input, USD per million tokens').fill('0.5');
  await field(dialog, 'Calls at the same time').fill('8');
  await dialog.getByRole('switch', { name: 'Serves calls' }).uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('row', { name: /a-house-chat/ })).toContainText('off');
  expect(await get('/api/models/a-house-chat')).toMatchObject({ input_usd_per_million: 0.5, output_usd_per_million: 1.5, max_parallel: 8, active: false });

  // One that a group uses is kept, and the page says why.
  await post('/api/model-groups/create', { group_name: 'keeps-it', models: [{ model_name: 'a-house-chat', priority: 0 }] });
  await confirmDeletion(page, 'Delete a-house-chat', 'a-house-chat', 'Delete the model');
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('keeps-it');
  await request.delete('/api/model-groups/keeps-it', { headers });
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the model' }).click();
  await expect(page.getByRole('row', { name: /a-house-chat/ })).toHaveCount(0);
});

test('a group\'s fallbacks are put in order by dragging and by the keyboard', async ({ page, request }) => {
  const { get } = service(request);
  const group = async () => {
    const { models } = await get('/api/model-groups/ordered');
    return models.map((model) => `${model.priority} ${model.model_name} ${model.weight}${model.active ? '' : ' off'}`);
  };
  await signIn(page, operatorKey, '/dashboard/model-groups');
  await page.getByRole('button', { name: 'Create a model group' }).first().click();
  const dialog = page.getByRole('dialog');
  await field(dialog, 'Group name').fill('ordered');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(dialog.getByText('Choose at least one.')).toBeVisible();
  for (const name of ['gpt-4o-mini', 'gpt-4o', 'gpt-3.5-turbo']) {
    await dialog.getByRole('combobox', { name: 'Add models' }).fill(name);
    await page.getByRole('option', { name, exact: true }).click();
  }
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('cell', { name: 'gpt-4o-mini › gpt-4o › gpt-3.5-turbo' })).toBeVisible();

  await page.getByRole('button', { name: 'Edit ordered' }).click();
  const rows = dialog.getByRole('listitem');
  await dialog.getByTitle('Drag to another place').nth(2).dragTo(rows.nth(0));
  await expect(rows).toHaveText([/1\. gpt-3\.5-turbo/, /2\. gpt-4o-mini/, /3\. gpt-4o/]);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('cell', { name: 'gpt-3.5-turbo › gpt-4o-mini › gpt-4o' })).toBeVisible();
  expect(await group()).toEqual(['0 gpt-3.5-turbo 1', '1 gpt-4o-mini 1', '2 gpt-4o 1']);

  // The button that was pressed keeps the focus, so that it can be pressed again.
  await page.getByRole('button', { name: 'Edit ordered' }).click();
  await dialog.getByRole('button', { name: 'Move gpt-4o up' }).focus();
  for (let time = 0; time < 3; time++) await page.keyboard.press('Enter');
  await expect(dialog.getByRole('button', { name: 'Move gpt-4o up' })).toBeFocused();
  await expect(rows).toHaveText([/1\. gpt-4o/, /2\. gpt-3\.5-turbo/, /3\. gpt-4o-mini/]);
  await rows.nth(1).getByRole('switch', { name: 'Shares the load' }).check();
  await rows.nth(0).getByLabel('Weight').fill('3');
  await rows.nth(2).getByRole('switch', { name: 'Serves' }).uncheck();
  await dialog.getByRole('combobox', { name: 'Those who share the load get calls' }).click();
  await page.getByRole('option', { name: 'to the one that answers fastest' }).click();
  await field(dialog, 'Ask the next one as well after, ms').fill('1500');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('cell', { name: 'gpt-4o + gpt-3.5-turbo › gpt-4o-mini (off)' })).toBeVisible();
  expect(await group()).toEqual(['0 gpt-4o 3', '0 gpt-3.5-turbo 1', '1 gpt-4o-mini 1 off']);
  expect(await get('/api/model-groups/ordered')).toMatchObject({ routing_strategy: 'lowest_latency', hedge_after_ms: 1500 });

  await confirmDeletion(page, 'Delete ordered', 'ordered', 'Delete the model group');
  await expect(page.getByRole('cell', { name: 'ordered', exact: true })).toHaveCount(0);
});

test('a credential is stored, tried, replaced, taken out of use and deleted', async ({ page, request }) => {
  const { get } = service(request);
  const provider = createServer((asked, answer) => {
    answer.writeHead(asked.headers.authorization === 'Bearer sk-provider-right-5678' ? 200 : 401, { 'Content-Type': 'application/json' });
    answer.end('{"data":[]}');
  });
  await new Promise((listening) => provider.listen(0, '127.0.0.1', listening));
  try {
    await signIn(page, operatorKey, '/dashboard/providers');
    await page.getByRole('button', { name: 'Store a credential' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Provider' }).fill('custom');
    await field(dialog, 'Name').fill('production');
    await dialog.getByLabel('API key').fill('sk-provider-wrong-1234');
    await page.getByRole('button', { name: 'Store', exact: true }).click();
    await expect(dialog.getByText('give the one of your server').first()).toBeVisible();
    await field(dialog, 'Address').fill(`http://127.0.0.1:${provider.address().port}/v1`);
    await page.getByRole('button', { name: 'Store', exact: true }).click();
    await expect(page.getByRole('cell', { name: '…1234' })).toBeVisible();

    await page.getByRole('button', { name: 'Test production' }).click();
    await expect(dialog.getByRole('alert')).toContainText('The provider refuses the credential.');
    await expect(dialog).toContainText('401');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Edit production' }).click();
    await dialog.getByLabel('API key').fill('sk-provider-right-5678');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('cell', { name: '…5678' })).toBeVisible();
    await page.getByRole('button', { name: 'Test production' }).click();
    await expect(dialog.getByRole('alert')).toContainText('The provider accepts the credential.');
    await page.keyboard.press('Escape');
    expect(await page.content()).not.toContain('sk-provider');

    await page.getByRole('button', { name: 'Deactivate production' }).click();
    await expect(page.getByRole('button', { name: 'Activate production', exact: true })).toBeVisible();
    expect((await get('/api/provider-credentials')).data).toMatchObject([{ credential_name: 'production', active: false }]);
    await page.getByRole('button', { name: 'Activate production', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Deactivate production' })).toBeVisible();

    await confirmDeletion(page, 'Delete production', 'production', 'Delete the credential');
    await expect(page.getByText('No credential yet')).toBeVisible();
  } finally {
    provider.close();
  }
});

test('a price is tried on real jobs, kept, billed and ended; the margin shows it', async ({ page, request }) => {
  const { get, post } = service(request);
  await customer(request, 'priced');
  await signIn(page, operatorKey, '/dashboard/pricing');
  await page.getByRole('link', { name: 'Create a rule' }).first().click();
  await page.getByText('Team', { exact: true }).click();
  await page.getByRole('combobox', { name: 'Team' }).fill('priced-prod');
  await page.keyboard.press('Tab');
  await page.getByText('By tokens').click();
  await field(page, 'Below so many tokens (1)').fill('1000000');
  await field(page, 'Price, USD (1)').fill('0.5');
  await field(page, 'Price with more tokens, USD').fill('2');
  await field(page, 'At least, USD').fill('0.75');

  // The jobs are of this month; the page offers the last one.
  const now = new Date();
  await page.getByRole('button', { name: 'Jobs of the month (UTC)' }).click();
  if (now.getUTCMonth() === 0) await page.getByRole('button', { name: 'Next year' }).click();
  await page.getByRole('button', { name: now.toLocaleString('en', { month: 'short', timeZone: 'UTC' }), exact: true }).click();
  await page.getByRole('button', { name: 'Preview with that month\'s jobs' }).click();
  const total = page.getByRole('row', { name: /All jobs/ });
  await expect(total.getByRole('cell').nth(1)).toHaveText('1');
  await expect(total.getByRole('cell').nth(4)).toHaveText('$0.75');
  expect((await get('/api/pricing/rules')).data).toEqual([]);
  await field(page, 'At least, USD').fill('0.6');
  await expect(page.getByText('The rule has been changed since')).toBeVisible();

  await page.getByRole('button', { name: 'Keep the rule' }).click();
  const rule = page.getByRole('row', { name: /priced-prod/ });
  await expect(rule).toContainText('$0.50 below 1,000,000 tokens, $2.00 from there');
  await expect(rule).toContainText('$0.60');

  await post('/api/jobs/create-and-call', { team_id: 'priced-prod', job_type: 'priced-summary', messages: [{ role: 'user', content: 'Good evening' }] });
  await page.getByRole('navigation').getByRole('link', { name: 'Margins' }).click();
  await expect(page.getByRole('row', { name: /priced-prod/ }).getByRole('cell').nth(1)).toHaveText('$0.60');

  await page.getByRole('navigation').getByRole('link', { name: 'Pricing' }).click();
  await confirmDeletion(page, 'End priced-prod', 'priced-prod', 'End the pricing rule');
  await expect(page.getByText('No pricing rule')).toBeVisible();
  await page.getByText('All that ever were').click();
  await expect(page.getByRole('row', { name: /priced-prod/ })).toBeVisible();
  await expect(page.getByRole('button', { name: 'End priced-prod' })).toHaveCount(0);
});

test('tiers and access groups are made, changed and deleted', async ({ page, request }) => {
  const { get } = service(request);
  await signIn(page, operatorKey, '/dashboard/tiers');
  await page.getByRole('button', { name: 'Create a tier' }).click();
  const dialog = page.getByRole('dialog');
  await field(dialog, 'Tier').fill('gold');
  await field(dialog, 'Rank').fill('7');
  await field(dialog, 'Calls a day').fill('500');
  await field(dialog, 'Mark-up, percent').fill('12.5');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('row', { name: /gold/ })).toContainText('12.5%');
  await page.getByRole('button', { name: 'Edit gold' }).click();
  await field(dialog, 'Calls a day').fill('');
  await field(dialog, 'Credits a month').fill('250');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('row', { name: /gold/ })).toContainText('250');
  const gold = await get('/api/tiers/gold');
  expect(gold).toMatchObject({ rank: 7, markup_percent: 12.5, credits_per_month: 250 });
  expect(gold.daily_calls ?? null).toBeNull();
  await confirmDeletion(page, 'Delete gold', 'gold', 'Delete the tier');
  await expect(page.getByRole('row', { name: /gold/ })).toHaveCount(0);

  await page.getByRole('navigation').getByRole('link', { name: 'Access groups' }).click();
  await page.getByRole('button', { name: 'Create an access group' }).first().click();
  await field(dialog, 'Group name').fill('cheap');
  await dialog.getByRole('combobox', { name: 'Models' }).fill('gpt-4o-mini');
  await page.getByRole('option', { name: 'gpt-4o-mini', exact: true }).click();
  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(page.getByRole('row', { name: /cheap/ })).toContainText('gpt-4o-mini');
  await page.getByRole('button', { name: 'Edit cheap' }).click();
  await field(dialog, 'What it is for').fill('Everyday work');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('cell', { name: 'Everyday work' })).toBeVisible();
  await confirmDeletion(page, 'Delete cheap', 'cheap', 'Delete the access group');
  await expect(page.getByText('No access group yet')).toBeVisible();
});

test('a team is charged, refilled, granted, limited and bounded on its own page', async ({ page, request }) => {
  const { get, post } = service(request);
  await customer(request, 'zeta');
  await post('/api/model-access-groups/create', { group_name: 'zeta-models', model_aliases: ['gpt-4o-mini'] });
  await signIn(page, operatorKey, '/dashboard/teams/zeta-prod');
  const team = () => get('/api/teams/zeta-prod');

  await page.getByRole('tab', { name: 'Charging' }).click();
  await page.getByRole('combobox', { name: 'A job costs' }).click();
  await page.getByRole('option', { name: 'By what its calls cost' }).click();
  await field(page, 'Credits for a dollar').fill('20');
  await page.getByRole('button', { name: 'Set the charging' }).click();
  await expect.poll(async () => (await team()).budget_mode).toBe('consumption_usd');
  expect((await team()).credits_per_dollar).toBe(20);
  await page.getByRole('switch', { name: 'Grant credits by itself' }).check();
  await page.getByRole('region', { name: 'Auto-refill' }).getByRole('textbox', { name: 'Credits' }).fill('40');
  await page.getByRole('button', { name: 'Set the refill' }).click();
  await expect(page.getByText('The next credits come')).toBeVisible();
  expect(await get('/api/credits/teams/zeta-prod/auto-refill')).toMatchObject({ auto_refill_enabled: true, refill_amount: 40, refill_period: 'monthly' });
  await field(page, 'Credits below zero').fill('5');
  await page.getByRole('button', { name: 'Set the grace' }).click();
  await expect.poll(async () => (await get('/api/credits/teams/zeta-prod/balance')).grace_credits).toBe(5);

  await page.getByRole('tab', { name: 'Usage' }).click();
  await expect(page.getByRole('img', { name: 'Jobs by day' })).toBeVisible();
  await expect(page.getByRole('row', { name: /zeta-summary/ })).toBeVisible();

  await page.getByRole('tab', { name: 'Budget and alerts' }).click();
  await field(page, 'Cost a month, USD').fill('25');
  await page.getByRole('combobox', { name: 'When it is spent' }).click();
  await page.getByRole('option', { name: /refuse new jobs/ }).click();
  await page.getByRole('button', { name: 'Set the budget' }).click();
  await expect(page.getByText('Left', { exact: true })).toBeVisible();
  expect(await get('/api/teams/zeta-prod/budget')).toMatchObject({ monthly_cost_usd: 25, mode: 'hard', alert_percents: [80, 100] });
  await field(page, 'Warn when fewer credits are left than').fill('3');
  await page.getByRole('button', { name: 'Set the warnings' }).click();
  await expect.poll(async () => (await get('/api/credits/teams/zeta-prod/alerts')).credits_below).toBe(3);
  await confirmDeletion(page, 'Delete zeta-prod', 'zeta-prod', 'Delete the budget');
  await expect(page.getByText('There is none: calls may cost what they like.')).toBeVisible();

  await page.getByRole('tab', { name: 'Pricing' }).click();
  await page.getByLabel('Percent on top of what a job\'s calls cost').fill('30');
  await page.getByRole('button', { name: 'Bill with this mark-up' }).click();
  await expect(page.getByRole('cell', { name: 'cost + 30 %' })).toBeVisible();

  await page.getByRole('tab', { name: 'Limits and grants' }).click();
  await page.getByRole('combobox', { name: 'Access groups' }).click();
  await page.getByRole('option', { name: 'zeta-models' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Save the grants' }).click();
  await expect.poll(async () => (await team()).access_groups).toEqual(['zeta-models']);
  await field(page, 'Requests a minute').fill('90');
  await page.getByRole('button', { name: 'Save the limits' }).click();
  await expect.poll(async () => (await team()).rpm_limit).toBe(90);
  await field(page, 'Requests a minute').fill('');
  await page.getByRole('button', { name: 'Save the limits' }).click();
  await expect.poll(async () => (await team()).rpm_limit ?? null).toBeNull();

  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByLabel('Type zeta-prod to confirm').fill('zeta-prod');
  await page.getByRole('button', { name: 'Pause the team' }).click();
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Suspend', exact: true })).toBeVisible();

  await confirmDeletion(page, 'Delete zeta-prod', 'zeta-prod', 'Delete the team');
  await expect(page.getByRole('heading', { level: 1, name: 'Teams' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'zeta-prod' })).toHaveCount(0);
});

test('an organization\'s pool, tier and budget are set on its page', async ({ page, request }) => {
  const { get } = service(request);
  await customer(request, 'omega');
  await signIn(page, operatorKey, '/dashboard/organizations/omega');
  await expect(page.getByRole('link', { name: 'omega-prod' })).toBeVisible();

  await page.getByRole('tab', { name: 'Credits' }).click();
  await page.getByRole('button', { name: 'Add credits' }).click();
  const dialog = page.getByRole('dialog');
  await field(dialog, 'Credits').fill('75');
  await field(dialog, 'Reason').fill('contract');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Pool' }).getByText('75', { exact: true }).first()).toBeVisible();

  await page.getByRole('tab', { name: 'Usage' }).click();
  await expect(page.getByRole('row', { name: /omega-summary/ })).toBeVisible();
  await page.getByRole('tab', { name: 'Budget and alerts' }).click();
  await field(page, 'Cost a month, USD').fill('100');
  await page.getByRole('button', { name: 'Set the budget' }).click();
  await expect.poll(async () => (await request.get('/api/organizations/omega/budget', { headers })).status()).toBe(200);

  await page.getByRole('tab', { name: 'Tier and limits' }).click();
  await page.getByRole('combobox', { name: 'Tier' }).click();
  await page.getByRole('option', { name: 'starter' }).click();
  await page.getByRole('button', { name: 'Save tier and limits' }).click();
  await expect.poll(async () => (await get('/api/organizations/omega')).tier).toBe('starter');
  await confirmDeletion(page, 'Delete omega', 'omega', 'Delete the organization');
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('still has teams');
});

test('the catalogue\'s pages fit a telephone', async ({ page, request }) => {
  await customer(request, 'small');
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, operatorKey);
  const fits = async (where) => expect(await page.evaluate(() => document.documentElement.scrollWidth), where).toBeLessThanOrEqual(390);
  for (const path of ['models', 'model-groups', 'access-groups', 'providers', 'pricing', 'pricing/new', 'margins', 'tiers']) {
    await page.goto(`/dashboard/${path}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await fits(path);
  }
  await page.goto('/dashboard/model-groups');
  await page.getByRole('button', { name: 'Edit small-chat' }).click();
  await expect(page.getByRole('dialog').getByRole('listitem')).toBeVisible();
  await fits('a group\'s form');
  for (const [path, name] of [['teams/small-prod', 'small-prod'], ['organizations/small', 'small']]) {
    await page.goto(`/dashboard/${path}`);
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click();
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
      await fits(`${path} ${await tab.textContent()}`);
    }
  }
});
