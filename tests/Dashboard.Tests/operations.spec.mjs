import { createServer } from 'node:http';
import { expect, signIn, test } from './browser.mjs';

const operatorKey = process.env.SAASLLM_OPERATOR_KEY;
const navigateTo = (page, name) => page.getByRole('navigation').getByRole('link', { name, exact: true }).click();

/** Asks the service as the operator, as a test's preparation. */
const operatorOf = (request) => async (method, path, data) => {
  const answer = await request[method](path, { data, headers: { Authorization: `Bearer ${operatorKey}` } });
  expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
  return answer.json();
};

/** A team that may call, and its key. */
async function createTeam(ask, name, credits = 100) {
  await ask('post', '/api/organizations/create', { organization_id: `org-${name}`, name });
  await ask('post', '/api/model-groups/create', { group_name: `chat-${name}`, models: [{ model_name: 'gpt-4o-mini', priority: 0 }] });
  const team = await ask('post', '/api/teams/create', { organization_id: `org-${name}`, team_id: name, model_groups: [`chat-${name}`], credits_allocated: credits });
  return team.virtual_key;
}

test('credits that are added are seen at once where somebody else looks', async ({ page, browser, request }) => {
  const ask = operatorOf(request);
  const teamKey = await createTeam(ask, 'live', 10);
  const theirs = await (await browser.newContext({ baseURL: process.env.SAASLLM_URL })).newPage();
  const connections = [];
  theirs.on('request', (asked) => {
    if (asked.url().endsWith('/api/events')) connections.push(asked);
  });
  await signIn(theirs, teamKey);
  const credits = theirs.getByRole('region', { name: 'Credits' });
  await expect(credits.getByText('10', { exact: true }).first()).toBeVisible();

  await signIn(page, operatorKey, '/dashboard/teams/live');
  await page.getByRole('button', { name: 'Add credits' }).click();
  await page.getByRole('dialog').getByLabel('Credits').fill('32');
  await page.getByRole('dialog').getByLabel('Reason').fill('top-up');
  await page.getByRole('button', { name: 'Add', exact: true }).click();

  await expect(credits.getByText('42', { exact: true }).first()).toBeVisible();
  expect(connections, 'it was told, and did not find out by asking again').toHaveLength(1);
  await theirs.context().close();
});

test('a list of jobs follows what teams do, and catches up where its connection was lost', async ({ page, request }) => {
  const ask = operatorOf(request);
  await createTeam(ask, 'busy');
  await signIn(page, operatorKey, '/dashboard/jobs');
  await expect(page.getByRole('heading', { level: 1, name: 'Jobs' })).toBeVisible();

  const first = await ask('post', '/api/jobs/create', { team_id: 'busy', job_type: 'first' });
  await expect(page.getByRole('link', { name: first.job_id })).toBeVisible();
  await ask('post', `/api/jobs/${first.job_id}/complete`, { status: 'completed' });
  await expect(page.getByRole('row', { name: first.job_id }).getByText('completed')).toBeVisible();

  // What happens while the page cannot hear of it is asked for when it can again.
  await page.route('**/api/events', (route) => route.abort());
  await page.reload();
  await expect(page.getByText('Reconnecting…')).toBeVisible();
  const second = await ask('post', '/api/jobs/create', { team_id: 'busy', job_type: 'second' });
  await page.unroute('**/api/events');
  await expect(page.getByRole('link', { name: second.job_id })).toBeVisible();
  await expect(page.getByText('Reconnecting…')).toBeHidden();
});

test('the operator finds a job among those of all teams, and what its calls cost', async ({ page, request }) => {
  const ask = operatorOf(request);
  await createTeam(ask, 'north');
  await createTeam(ask, 'south');
  const messages = [{ role: 'user', content: 'Good morning' }];
  const northern = await ask('post', '/api/jobs/create-and-call', { team_id: 'north', job_type: 'letter', messages });
  const southern = await ask('post', '/api/jobs/create-and-call', { team_id: 'south', job_type: 'invoice', messages });

  await signIn(page, operatorKey, '/dashboard/jobs');
  await expect(page.getByRole('link', { name: northern.job_id })).toBeVisible();
  await expect(page.getByRole('link', { name: southern.job_id })).toBeVisible();
  await page.getByRole('textbox', { name: 'Organization' }).fill('org-north');
  await expect(page.getByRole('link', { name: southern.job_id })).toBeHidden();
  await expect(page.getByRole('link', { name: northern.job_id })).toBeVisible();
  await page.getByRole('textbox', { name: 'Organization' }).fill('');
  await page.getByRole('textbox', { name: 'Type' }).fill('invoice');
  await expect(page.getByRole('link', { name: northern.job_id })).toBeHidden();

  await page.getByLabel('Job id').fill('not-an-id');
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByText('A job\'s whole id is a UUID.')).toBeVisible();
  await page.getByLabel('Job id').fill(northern.job_id);
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'letter' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Timeline' })).toContainText('gpt-4o-mini');
  await expect(page.getByRole('region', { name: 'Cost and margin' })).toContainText('Margin');
});

test('the overview shows what was used, which routes fail and what there is to warn of', async ({ page, request }) => {
  const ask = operatorOf(request);
  await createTeam(ask, 'short', 1);
  await ask('post', '/api/jobs/create-and-call', { team_id: 'short', job_type: 'letter', messages: [{ role: 'user', content: 'Hello' }] });
  await ask('post', '/api/models/create', { model_alias: 'nowhere', provider: 'nowhere', input_usd_per_million: 1, output_usd_per_million: 1 });
  await ask('post', '/api/provider-credentials/create', { provider: 'nowhere', credential_name: 'none', api_key: 'sk-nothing-there', api_base: 'http://127.0.0.1:9/v1' });
  await ask('post', '/api/model-groups/create', { group_name: 'broken', models: [{ model_name: 'nowhere', priority: 0 }] });
  await ask('post', '/api/teams/create', { organization_id: 'org-short', team_id: 'unlucky', model_groups: ['broken'], credits_allocated: 10 });
  const { job_id: job } = await ask('post', '/api/jobs/create', { team_id: 'unlucky', job_type: 'letter' });
  const failed = await request.post(`/api/jobs/${job}/llm-call`, { data: { messages: [{ role: 'user', content: 'Hello' }] }, headers: { Authorization: `Bearer ${operatorKey}` } });
  expect(failed.ok()).toBe(false);

  await signIn(page, operatorKey);
  await expect(page.getByRole('region', { name: 'Today (UTC)' })).toContainText('Credits used');
  await expect(page.getByRole('img', { name: 'Cost, price and margin by day' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Teams that cost most this month' }).getByRole('link', { name: 'short' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Routes that fail this month' }).getByRole('row', { name: /broken/ })).toContainText('100%');
  await expect(page.getByRole('region', { name: 'Alerts' })).toContainText('The credits of team short are used up.');
});

test('the ledger shows every wallet, what is held, and whether the books are in order', async ({ page, request }) => {
  const ask = operatorOf(request);
  await createTeam(ask, 'booked', 17);
  await ask('post', '/api/jobs/create', { team_id: 'booked', job_type: 'open' });

  await signIn(page, operatorKey);
  await navigateTo(page, 'Ledger');
  await expect(page.getByRole('row', { name: /booked.*reservation/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Held now' })).toContainText('Credits held for them');
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByText('Every invariant holds.')).toBeVisible();

  await page.getByRole('combobox', { name: 'What' }).click();
  await page.getByRole('option', { name: 'allocation' }).click();
  await expect(page.getByRole('row', { name: /booked.*allocation.*17/ })).toBeVisible();
  await expect(page.getByRole('row', { name: /reservation/ })).toBeHidden();
  await page.getByRole('combobox', { name: 'Team' }).fill('booked');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('cell', { name: 'reservation' })).toBeVisible();
});

test('a webhook is made, tried, hears of a job, is replayed, given another secret and deleted', async ({ page, request }) => {
  const ask = operatorOf(request);
  await createTeam(ask, 'heard');
  const received = [];
  const receiver = createServer((message, answer) => {
    received.push(message.headers['webhook-id']);
    message.resume().on('end', () => answer.end('thanks'));
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${receiver.address().port}/hook`;

  await signIn(page, operatorKey);
  await navigateTo(page, 'Webhooks');
  await page.getByRole('button', { name: 'Create a webhook' }).first().click();
  await page.getByLabel('Address').fill(url);
  await page.getByLabel('Description').fill('Our own receiver');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const secret = await page.getByLabel('Key', { exact: true }).textContent();
  expect(secret).toMatch(/^whsec_/);
  await page.getByRole('button', { name: 'I have stored it' }).click();
  await page.getByRole('link', { name: url }).click();

  await page.getByRole('button', { name: 'Test' }).click();
  await expect(page.getByText('It answered 200')).toBeVisible();
  const job = await ask('post', '/api/jobs/create', { team_id: 'heard', job_type: 'letter' });
  await ask('post', `/api/jobs/${job.job_id}/complete`, { status: 'completed' });
  await expect.poll(() => received.length).toBe(2);
  await page.reload();
  const delivery = page.getByRole('row', { name: /job\.completed/ });
  await expect(delivery).toContainText('delivered');
  await delivery.getByRole('button', { name: 'Show' }).click();
  await expect(page.getByRole('dialog')).toContainText(job.job_id);
  await page.keyboard.press('Escape');
  await delivery.getByRole('button', { name: 'Replay' }).click();
  await expect.poll(() => received.length).toBe(3);
  expect(received[2]).toBe(received[1]);

  await page.getByRole('button', { name: 'Rotate the secret' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Rotate' }).click();
  await expect(page.getByLabel('Key', { exact: true })).toContainText('whsec_');
  expect(await page.getByLabel('Key', { exact: true }).textContent()).not.toBe(secret);

  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByLabel('Description').fill('Renamed');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Renamed' })).toBeVisible();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByLabel(`Type ${url} to confirm`).fill(url);
  await page.getByRole('button', { name: 'Delete the webhook' }).click();
  await expect(page.getByText('No webhook yet')).toBeVisible();
  receiver.close();
});

test('a user is made, joins an organization, gets another role, is disabled and deleted', async ({ page, request }) => {
  await createTeam(operatorOf(request), 'peopled');
  await signIn(page, operatorKey);
  await navigateTo(page, 'Users');
  await page.getByRole('button', { name: 'Create a user' }).first().click();
  await page.getByLabel('E-mail').fill('bob@example.com');
  await page.getByRole('dialog').getByLabel('Name').fill('Bob');
  await page.getByRole('dialog').getByRole('textbox', { name: 'Password' }).fill('correct horse battery');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  const row = page.getByRole('row', { name: /bob@example\.com/ });
  await expect(row).toBeVisible();
  const userId = await row.getByText(/^user_/).textContent();

  await page.getByRole('tab', { name: 'Members' }).click();
  await page.getByRole('combobox', { name: 'Organization' }).click();
  await page.getByRole('option', { name: 'org-peopled' }).click();
  await page.getByRole('button', { name: 'Add a member' }).first().click();
  await page.getByLabel('User id').fill(userId);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('combobox', { name: 'Role of Bob' }).click();
  await page.getByRole('option', { name: 'admin' }).click();
  await expect.poll(async () => (await operatorOf(request)('get', '/api/organizations/org-peopled/members')).data[0].role).toBe('admin');
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByLabel('Type bob@example.com to confirm').fill('bob@example.com');
  await page.getByRole('button', { name: 'Remove the member' }).click();
  await expect(page.getByText('No member yet')).toBeVisible();

  await page.getByRole('tab', { name: 'Users' }).click();
  await row.getByRole('button', { name: 'Disable' }).click();
  await expect(row).toContainText('disabled');
  await row.getByRole('button', { name: 'Delete' }).click();
  await page.getByLabel('Type bob@example.com to confirm').fill('bob@example.com');
  await page.getByRole('button', { name: 'Delete the user' }).click();
  await expect(row).toBeHidden();
});

test('the audit log tells who changed what, and can be taken away as a file', async ({ page, request }) => {
  await createTeam(operatorOf(request), 'audited');
  await signIn(page, operatorKey);
  await navigateTo(page, 'Audit log');
  await page.getByRole('textbox', { name: 'Team' }).fill('audited');
  await page.getByRole('textbox', { name: 'Sort of thing' }).fill('team');
  const rows = page.getByRole('region', { name: 'Audit log' }).getByRole('row');
  await expect(rows).toHaveCount(2);
  await rows.last().getByRole('button', { name: 'Show' }).click();
  await expect(page.getByRole('dialog')).toContainText('"team_id": "audited"');
  await page.keyboard.press('Escape');

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download as CSV' }).click();
  const file = await (await download).createReadStream();
  const text = (await file.toArray()).join('');
  expect(text).toContain('CreateTeam');
  expect(text.trim().split('\r\n')).toHaveLength(2);
});

test('the settings show what is configured, and no secret', async ({ page }) => {
  await signIn(page, operatorKey);
  await navigateTo(page, 'Settings');
  await expect(page.getByRole('row', { name: /ConnectionStrings:Postgres/ })).toContainText('set');
  expect(await page.content()).not.toMatch(/Password=|Host=127/);
  await page.getByRole('textbox', { name: 'Name' }).fill('webhooks:retry');
  await expect(page.getByRole('row', { name: /Webhooks:RetryHours/ })).toContainText('72');
  await expect(page.getByRole('row', { name: /Jobs:/ })).toBeHidden();
});

test('who has an account elsewhere is led there to sign in', async ({ page }) => {
  await page.goto('/dashboard/ledger');
  await expect(page.getByRole('link', { name: 'Sign in with your company\'s account' })).toHaveAttribute('href', '/api/auth/oidc/login?return_url=%2Fdashboard%2Fledger');
});

test('on a telephone these pages fit as well', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, operatorKey);
  for (const name of ['Jobs', 'Ledger', 'Webhooks', 'Users', 'Audit log', 'Settings', 'Overview']) {
    await page.getByRole('button', { name: 'Open navigation' }).click();
    await navigateTo(page, name);
    await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth), name).toBeLessThanOrEqual(390);
  }
});
