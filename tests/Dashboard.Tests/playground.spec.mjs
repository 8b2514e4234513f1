import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, signIn, test } from './browser.mjs';

const { SAASLLM_OPERATOR_KEY: operatorKey, SAASLLM_URL: url } = process.env;
const run = promisify(execFile);

/** A team with a group and, by an access group, a model; gives its key. */
async function makeTeam(request, name) {
  const send = async (path, data) => (await request.post(path, { data, headers: { Authorization: `Bearer ${operatorKey}` } })).json();
  await send('/api/organizations/create', { organization_id: name, name });
  await send('/api/model-groups/create', { group_name: `${name}-chat`, models: [{ model_name: 'gpt-4o-mini', priority: 0 }] });
  await send('/api/model-access-groups/create', { group_name: `${name}-models`, model_aliases: ['gpt-4o'] });
  const team = await send('/api/teams/create', {
    organization_id: name, team_id: `${name}-prod`, model_groups: [`${name}-chat`], access_groups: [`${name}-models`], credits_allocated: 50,
  });
  return team.virtual_key;
}

async function choose(page, name) {
  await page.getByRole('combobox', { name: 'Team' }).fill(`${name}-prod`);
  await page.getByRole('combobox', { name: 'Team' }).press('Enter');
  await expect(page.getByRole('combobox', { name: 'Model group or model' })).toHaveValue(`${name}-chat`);
}

test('an answer comes in steps, and what it took stands below it', async ({ page, request }) => {
  await makeTeam(request, 'steps');
  await signIn(page, operatorKey, '/dashboard/playground');
  await choose(page, 'steps');

  await page.evaluate(() => {
    globalThis.seen = [];
    new MutationObserver(() => {
      const length = document.querySelector('[role=article]')?.textContent.length ?? 0;
      if (length !== globalThis.seen.at(-1)?.length) globalThis.seen.push({ length, at: performance.now() });
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await page.getByRole('textbox', { name: 'Message' }).fill(`${'Good morning. '.repeat(30)}[[sandbox:pace 60ms]]`);
  await page.getByRole('button', { name: 'Send' }).click();

  const facts = page.getByRole('region', { name: 'Conversation' }).getByRole('definition');
  await expect(facts).toHaveText([/^\d+ \+ \d+$/, / m?s$/, / m?s$/, '1', 'gpt-4o-mini › openai', /^\$0\.0000/, /\$|–/, '1', 'its job']);
  const seen = await page.evaluate(() => globalThis.seen);
  // A busy browser draws some of its twenty pieces together.
  const growth = seen.filter(({ length }, index) => index > 0 && length > seen[index - 1].length);
  expect(growth.length).toBeGreaterThan(4);
  expect(growth.at(-1).at - growth[0].at).toBeGreaterThan(600);
});

test('a model that the team may name answers the next turn, which tells what was said before', async ({ page, request }) => {
  await makeTeam(request, 'turns');
  await signIn(page, operatorKey, '/dashboard/playground');
  await choose(page, 'turns');
  await page.getByRole('textbox', { name: 'Message' }).fill('My name is Ada.');
  await page.getByRole('textbox', { name: 'Message' }).press('Control+Enter');
  await expect(page.getByRole('link', { name: 'its job' })).toHaveCount(1);

  await page.getByRole('combobox', { name: 'Model group or model' }).click();
  await page.getByRole('option', { name: 'gpt-4o', exact: true }).click();
  await page.getByLabel('Temperature').fill('0.5');
  await page.getByLabel('Most tokens').fill('40');
  await page.getByRole('textbox', { name: 'Message' }).fill('What is my name?');
  const asked = page.waitForRequest('**/create-and-call-stream');
  await page.getByRole('button', { name: 'Send' }).click();
  const body = (await asked).postDataJSON();

  expect(body).toMatchObject({ team_id: 'turns-prod', model: 'gpt-4o', temperature: 0.5, max_tokens: 40 });
  expect(body.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
  expect(body.messages[1].content).not.toBe('');
  await expect(page.getByRole('link', { name: 'its job' })).toHaveCount(2);
  await expect(page.getByText('gpt-4o › openai')).toBeVisible();

  await page.getByRole('button', { name: 'New conversation' }).click();
  await expect(page.getByRole('article')).toHaveCount(0);
});

test('an answer can be stopped, which ends its job too', async ({ page, request }) => {
  await makeTeam(request, 'stopped');
  await signIn(page, operatorKey, '/dashboard/playground');
  await choose(page, 'stopped');
  await page.getByRole('textbox', { name: 'Message' }).fill('Tell me a long story. [[sandbox:pace 1s]]');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect(page.getByRole('article')).toContainText(/Answering….*\w/);
  await page.getByRole('button', { name: 'Stop' }).click();

  await expect(page.getByRole('article')).toContainText('Answer, stopped');
  const job = (await page.getByRole('link', { name: 'its job' }).getAttribute('href')).split('/').at(-1);
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible();
  await expect(async () => {
    const answer = await request.get(`/api/jobs/${job}`, { headers: { Authorization: `Bearer ${operatorKey}` } });
    expect((await answer.json()).completed_at).toBeTruthy();
  }).toPass();
});

test('a refusal is shown in the service\'s words, with the request\'s id', async ({ page, request }) => {
  await makeTeam(request, 'refused');
  await signIn(page, operatorKey, '/dashboard/playground');
  await choose(page, 'refused');
  await request.post('/api/teams/refused-prod/suspend', { headers: { Authorization: `Bearer ${operatorKey}` } });
  await page.getByRole('textbox', { name: 'Message' }).fill('Hello');
  await page.getByRole('button', { name: 'Send' }).click();

  await expect(page.getByRole('alert')).toContainText('suspended');
  await expect(page.getByRole('alert').getByRole('code')).not.toBeEmpty();
});

test('a stream that breaks says so, and what came of it stays', async ({ page, request }) => {
  await makeTeam(request, 'broken');
  await signIn(page, operatorKey, '/dashboard/playground');
  await choose(page, 'broken');
  await page.getByRole('textbox', { name: 'Message' }).fill('Hello [[sandbox:cut-after 3]]');
  await page.getByRole('button', { name: 'Send' }).click();

  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByRole('article')).toContainText('Answer[sandbox]');
});

const question = 'It\'s "quoted" \\ and costs 5 €\nin two lines';

const snippets = {
  curl: `curl -sSN ${url}/api/jobs/create-and-call-stream \\
  -H "Authorization: Bearer $SAASLLM_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
  "job_type": "playground",
  "model_group": "copied-chat",
  "messages": [
    {
      "role": "user",
      "content": "It'\\''s \\"quoted\\" \\\\ and costs 5 €\\nin two lines"
    }
  ],
  "temperature": 0.7,
  "max_tokens": 60
}'`,
  'C#': `using SaasLlm.Client;

using var client = SaasLlmClient.Connect(new SaasLlmClientOptions
{
    BaseAddress = new Uri("${url}"),
    ApiKey = Environment.GetEnvironmentVariable("SAASLLM_API_KEY"),
});

var body = new CreateAndCallBody
{
    JobType = "playground",
    ModelGroup = "copied-chat",
    Messages =
    [
        new { role = "user", content = "It's \\"quoted\\" \\\\ and costs 5 €\\nin two lines" },
    ],
    Temperature = 0.7,
    MaxTokens = 60,
};
await foreach (var step in client.CreateAndStreamAsync(body))
{
    if (step is LlmTextDelta delta)
        Console.Write(delta.Text);
}`,
  Python: `import os
from openai import OpenAI

client = OpenAI(base_url="${url}/v1", api_key=os.environ["SAASLLM_API_KEY"])
stream = client.chat.completions.create(
    model="copied-chat",
    messages=[
        {"role": "user", "content": "It's \\"quoted\\" \\\\ and costs 5 €\\nin two lines"},
    ],
    temperature=0.7,
    max_tokens=60,
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)`,
  JavaScript: `import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${url}/v1", apiKey: process.env.SAASLLM_API_KEY });
const stream = await client.chat.completions.create({
  model: "copied-chat",
  messages: [
    { role: "user", content: "It's \\"quoted\\" \\\\ and costs 5 €\\nin two lines" },
  ],
  temperature: 0.7,
  max_tokens: 60,
  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}`,
};

test('the request is copied for each language, and what is copied works with the team\'s key', async ({ page, request, context }) => {
  const env = { ...process.env, SAASLLM_API_KEY: await makeTeam(request, 'copied') };
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page, operatorKey, '/dashboard/playground');
  await choose(page, 'copied');
  await page.getByLabel('Temperature').fill('0.7');
  await page.getByLabel('Most tokens').fill('60');
  await page.getByRole('textbox', { name: 'Message' }).fill(question);

  const copied = {};
  for (const language of Object.keys(snippets)) {
    await page.getByRole('tab', { name: language, exact: true }).click();
    await page.getByRole('button', { name: `Copy as ${language}` }).click();
    await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
    copied[language] = await page.evaluate(() => navigator.clipboard.readText());
    await expect(page.getByRole('button', { name: `Copy as ${language}` })).toBeVisible();
  }
  expect(copied).toEqual(snippets);

  const byCurl = await run('bash', ['-c', copied.curl], { env });
  expect(byCurl.stdout).toMatch(/"delta":\{[^}]*"content":"[^"]+"[\s\S]*data: \[DONE\]/);
  const bySdk = await run('node', ['--input-type=module', '-e', copied.JavaScript], { env });
  expect(bySdk.stdout).toContain('quoted');

  const jobs = await request.get('/api/teams/copied-prod/jobs', { headers: { Authorization: `Bearer ${operatorKey}` } });
  expect((await jobs.json()).data.map(({ status }) => status)).toContain('completed');
});
