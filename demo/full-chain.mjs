// The whole chain against a running service, each step with what came back. Ends with 1 at the first surprise.
// Usage: ./build.sh --target=Demo [--url=http://localhost:8003] [--admin-key=…] [--model=gpt-4o-mini]
const options = Object.fromEntries(
  process.argv.slice(2).map((argument) => argument.match(/^--([^=]+)=(.*)$/s)?.slice(1) ?? [argument, true]));
const url = (options.url ?? "http://localhost:8003").replace(/\/$/, "");
const adminKey = options["admin-key"] ?? process.env.ADMIN_KEY ?? "sk-admin-key-change-me";
const model = options.model ?? "gpt-4o-mini";

// Fresh ids, so that the demo can be repeated on the same data.
const run = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;
const organization = `org_demo_${run}`;
const team = `team_demo_${run}`;
const group = `Demo_${run}`;
let step = 0;

async function send(method, path, key, body) {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { "content-type": "application/json" }) },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(120_000),
  });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return response;
}

async function ask(title, method, path, key, body) {
  console.log(`\n${++step}. ${title}\n   ${method} ${path}`);
  const answer = await (await send(method, path, key, body)).json();
  // The team's key is shown once, to whoever made the team; a demo's output may be pasted anywhere.
  const shown = answer.virtual_key ? { ...answer, virtual_key: `${answer.virtual_key.slice(0, 7)}…` } : answer;
  console.log(JSON.stringify(shown, null, 2).replace(/^/gm, "   "));
  return answer;
}

/** One streamed call; the text it was answered with. */
async function stream(title, path, key, body) {
  console.log(`\n${++step}. ${title}\n   POST ${path}`);
  const response = await send("POST", path, key, body);
  expect(response.headers.get("content-type")?.startsWith("text/event-stream"), "the answer is an event stream");
  let buffer = "";
  let text = "";
  let done = false;
  process.stdout.write("   ");
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    buffer += part;
    const lines = buffer.split("\n");
    buffer = lines.pop();
    for (const line of lines.filter((line) => line.startsWith("data: "))) {
      const data = line.slice("data: ".length).trim();
      if (data === "[DONE]") { done = true; continue; }
      const chunk = JSON.parse(data);
      expect(!chunk.error, `no error in mid-stream: ${data}`);
      const delta = chunk.choices?.[0]?.delta?.content ?? "";
      process.stdout.write(delta);
      text += delta;
    }
  }
  console.log();
  expect(done, "the stream ends with [DONE]");
  return text;
}

function expect(condition, what) {
  if (!condition) throw new Error(`Expected: ${what}`);
}

const prompt = (content, purpose) => ({ model_group: group, purpose, messages: [{ role: "user", content }] });

async function chain() {
  await ask("Create an organization", "POST", "/api/organizations/create", adminKey,
    { organization_id: organization, name: "Demo organization" });
  await ask("Create a model group", "POST", "/api/model-groups/create", adminKey,
    { group_name: group, display_name: "Demo models", models: [{ model_name: model, priority: 0 }] });
  const created = await ask("Create a team with 10 credits", "POST", "/api/teams/create", adminKey,
    { organization_id: organization, team_id: team, team_alias: "Demo team", model_groups: [group], credits_allocated: 10 });
  expect(created.credits_remaining === 10, "the team has 10 credits");
  const key = created.virtual_key;
  expect(key?.startsWith("sk-"), "the team has got its key");

  const before = await ask("Look at the balance", "GET", `/api/credits/teams/${team}/balance`, key);
  expect(before.credits_remaining === 10, "nothing is used yet");

  const job = await ask("Create a job", "POST", "/api/jobs/create", key,
    { team_id: team, job_type: "document_analysis", metadata: { document: "contract.pdf" } });
  expect(job.status === "pending", "the job is pending");

  for (const [purpose, content] of [["extract", "Name the parties of this contract."], ["classify", "Is this contract a lease?"]]) {
    const call = await ask(`Call a model: ${purpose}`, "POST", `/api/jobs/${job.job_id}/llm-call`, key, prompt(content, purpose));
    expect(call.response?.content?.length > 0, "the model has answered");
    expect(call.metadata?.tokens_used > 0, "the tokens are counted");
  }

  const streamed = await stream("Call a model: summarize, streamed", `/api/jobs/${job.job_id}/llm-call-stream`, key,
    prompt("Summarize this contract.", "summarize"));
  expect(streamed.length > 0, "the stream has brought text");

  const completed = await ask("Complete the job", "POST", `/api/jobs/${job.job_id}/complete`, key, { status: "completed" });
  expect(completed.costs?.total_calls === 3 && completed.costs?.successful_calls === 3, "three calls are on record");
  expect(completed.costs?.credit_applied === true, "the job was charged");
  expect(completed.costs?.credits_remaining === 9, "one credit is gone, whatever the number of calls");

  const after = await ask("Look at the balance again", "GET", `/api/credits/teams/${team}/balance`, key);
  expect(after.credits_used === 1 && after.credits_remaining === 9, "the balance says what the completion said");

  const period = new Date().toISOString().slice(0, 7);
  const usage = await ask("Look at the usage", "GET", `/api/teams/${team}/usage?period=${period}`, key);
  expect(usage.summary?.total_jobs === 1 && usage.summary?.successful_jobs === 1, "the job is in the usage of this month");
}

try {
  await chain();
  console.log("\nThe whole chain works.");
} catch (failure) {
  console.error(`\nStopped at step ${step}: ${failure.message}${failure.cause ? ` (${failure.cause.message})` : ""}`);
  process.exitCode = 1;
}
