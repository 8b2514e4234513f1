/** A request that the service refused, in its own words, or that did not reach it. */
export class Refusal extends Error {
  constructor(
    /** 0: no answer came. */
    readonly status: number,
    message: string,
    readonly requestId: string | null,
    /** Messages by field, where the request broke a rule. */
    readonly fields: Record<string, string> = {},
    /** By which programs tell refusals of one status apart. */
    readonly code: string | null = null,
  ) {
    super(message);
    this.name = 'Refusal';
  }

  static unreached = () => new Refusal(0, 'The service cannot be reached.', null);

  static of(response: Response, body: unknown): Refusal {
    const problem = (typeof body === 'object' && body !== null ? body : {}) as { detail?: string; code?: string; errors?: Record<string, string[]> };
    const fields = Object.entries(problem.errors ?? {}).map(([field, messages]) => [field, messages.join(' ')]);
    return new Refusal(
      response.status,
      problem.detail ?? `The service answered ${response.status}.`,
      response.headers.get('X-Request-Id'),
      Object.fromEntries(fields),
      problem.code ?? null,
    );
  }
}

/** The messages for the fields of a form; none where the error is of another kind. */
export function fieldsOf(error: unknown): Record<string, string> {
  return error instanceof Refusal ? error.fields : {};
}
