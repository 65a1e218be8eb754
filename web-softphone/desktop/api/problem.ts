/** Codes that the desktop itself adds to those of the server's catalogue. */
export type LocalProblemCode = 'unreachable' | 'timeout' | 'unreadable';

/**
 * Why something asked of the server did not happen. `message` is the server's own sentence in the user's language;
 * it is empty for the local codes, whose sentences are in the dictionary.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly code: string,
    message = '',
    /** The HTTP status; 0 when there was no answer. */
    readonly status = 0,
    readonly field?: string,
  ) {
    super(message);
  }
}

interface ProblemBody {
  code: string;
  message: string;
  field?: string;
}

function isProblemBody(body: unknown): body is ProblemBody {
  if (typeof body !== 'object' || body === null) return false;
  const { code, message } = body as Partial<ProblemBody>;
  return typeof code === 'string' && typeof message === 'string';
}

/** Reads `{code, message, field?}`; an answer of something else on the way (a proxy's page) is `unreadable`. */
export async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (!isProblemBody(body)) return new Problem('unreadable', '', response.status);
  return new Problem(body.code, body.message, response.status, body.field);
}
