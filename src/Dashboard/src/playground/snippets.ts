import type { Request } from './stream';

export const languages = ['curl', 'C#', 'Python', 'JavaScript'] as const;

export type Language = (typeof languages)[number];

/** Where a team's application has its key: no snippet holds one. */
const keyVariable = 'SAASLLM_API_KEY';

/** The request as a program of the team would make it. */
export function snippetOf(language: Language, origin: string, request: Request): string {
  switch (language) {
    case 'curl': return curl(origin, request);
    case 'C#': return csharp(origin, request);
    case 'Python': return python(origin, request);
    case 'JavaScript': return javascript(origin, request);
  }
}

function curl(origin: string, request: Request): string {
  const body = JSON.stringify({ ...request, team_id: undefined }, null, 2).replaceAll("'", "'\\''");
  return `curl -sSN ${origin}/api/jobs/create-and-call-stream \\
  -H "Authorization: Bearer $${keyVariable}" \\
  -H "Content-Type: application/json" \\
  -d '${body}'`;
}

function csharp(origin: string, request: Request): string {
  const messages = request.messages.map(({ role, content }) => `        new { role = ${quoted(role)}, content = ${quoted(content)} },`);
  const more = [
    request.temperature == null ? [] : [`    Temperature = ${request.temperature},`],
    request.max_tokens == null ? [] : [`    MaxTokens = ${request.max_tokens},`],
  ].flat();
  return `using SaasLlm.Client;

using var client = SaasLlmClient.Connect(new SaasLlmClientOptions
{
    BaseAddress = new Uri(${quoted(origin)}),
    ApiKey = Environment.GetEnvironmentVariable("${keyVariable}"),
});

var body = new CreateAndCallBody
{
    JobType = ${quoted(request.job_type)},
    ${request.model == null ? 'ModelGroup' : 'Model'} = ${quoted(modelOf(request))},
    Messages =
    [
${messages.join('\n')}
    ],
${more.map((line) => `${line}\n`).join('')}};
await foreach (var step in client.CreateAndStreamAsync(body))
{
    if (step is LlmTextDelta delta)
        Console.Write(delta.Text);
}`;
}

function python(origin: string, request: Request): string {
  return `import os
from openai import OpenAI

client = OpenAI(base_url=${quoted(`${origin}/v1`)}, api_key=os.environ["${keyVariable}"])
stream = client.chat.completions.create(
    model=${quoted(modelOf(request))},
    messages=[
${request.messages.map(({ role, content }) => `        {"role": ${quoted(role)}, "content": ${quoted(content)}},`).join('\n')}
    ],
${optionsOf(request).map(([name, value]) => `    ${name}=${value},\n`).join('')}    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)`;
}

function javascript(origin: string, request: Request): string {
  return `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${quoted(`${origin}/v1`)}, apiKey: process.env.${keyVariable} });
const stream = await client.chat.completions.create({
  model: ${quoted(modelOf(request))},
  messages: [
${request.messages.map(({ role, content }) => `    { role: ${quoted(role)}, content: ${quoted(content)} },`).join('\n')}
  ],
${optionsOf(request).map(([name, value]) => `  ${name}: ${value},\n`).join('')}  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}`;
}

/** OpenAI's clients know one name for both. */
const modelOf = (request: Request) => request.model ?? request.model_group ?? '';

const optionsOf = ({ temperature, max_tokens }: Request) =>
  Object.entries({ temperature, max_tokens }).filter((option): option is [string, number] => option[1] != null);

/** What JSON escapes, C#, Python and JavaScript escape alike, but for two ends of line that C# does not allow in a text. */
const quoted = (text: string) => JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
