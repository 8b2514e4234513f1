// What the scripts share: where the service is, what is asked of it, and how one case is run.
import assert from 'node:assert/strict';

export const {
  SAASLLM_URL: url, // ends with a slash
  SAASLLM_KEY: key,
  SAASLLM_POOR_KEY: poorKey, // of an organization without credits
  SAASLLM_LIMITED_KEY: limitedKey, // of an organization that may make one call a minute
} = process.env;

export const weather = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1 } },
  required: ['city', 'days'],
  additionalProperties: false,
};

export const chatModel = 'gpt-4o-mini';
export const claudeModel = 'claude-haiku-4-5';
export const embeddingModel = 'gemini-embedding-001';
export const imageModel = 'gpt-image-1';

// The sandbox's directives: it answers where no credential serves a model.
export const callTool = 'What is the weather in Paris? [[sandbox:tool]]';
export const slowly = 'Tell me a long story. [[sandbox:pace 200ms]]';

/** Gives back what fits the schema above. */
export function assertWeather(value) {
  assert.deepEqual(Object.keys(value).sort(), ['city', 'days']);
  assert.equal(typeof value.city, 'string');
  assert.ok(Number.isInteger(value.days) && value.days >= 1);
  return value;
}

/** What a call throws. */
export async function thrownBy(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  assert.fail('Nothing was thrown.');
}

/** Makes a call twice. */
export async function twice(call) {
  await call();
  await call();
}

/** Runs the case that the command line names; prints what it saw as one line of JSON, or ends with 1 and the reason. */
export async function run(cases) {
  const patience = setTimeout(() => {
    console.error('The client still waits.');
    process.exit(1);
  }, 60_000);
  patience.unref();
  try {
    const seen = await cases[process.argv[2]]();
    console.log(JSON.stringify(seen ?? {}));
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
}
