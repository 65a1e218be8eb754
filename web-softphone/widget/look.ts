/** How the site wants its widget, and when it greets (`GET /api/v1/sites/{key}/widget`). */
export interface Look {
  accent: string | null;
  position: 'start' | 'end';
  shown: boolean;
  /** Whether visitors may talk in the page. */
  browserCalls: boolean;
  button: string | null;
  title: string | null;
  intro: string | null;
  greetings: readonly Greeting[];
}

export interface Greeting {
  key: string;
  text: string;
  queue: string;
  pages?: readonly string[];
  afterSeconds: number;
  returning?: boolean;
  cartAtLeast?: number;
}

/** The widget's own look. */
export const plainLook: Look = {
  accent: null,
  position: 'end',
  shown: true,
  browserCalls: false,
  button: null,
  title: null,
  intro: null,
  greetings: [],
};

/** So long a page waits for the look of its site before it shows the widget's own. */
const patienceMs = 3_000;

/** @returns the plain look where the server does not answer in time: a button that looks plain is better than none */
export async function fetchLook(site: string, language: string): Promise<Look> {
  try {
    const response = await fetch(`${site}/widget?locale=${language}`, {
      credentials: 'omit',
      signal: AbortSignal.timeout(patienceMs),
    });
    return response.ok ? { ...plainLook, ...((await response.json()) as Partial<Look>) } : plainLook;
  } catch {
    return plainLook;
  }
}
