import { type BrowserLine, browserLineOf } from '../calls/index.js';

/** What a desktop says over its live socket, once it has said who it is. */
export type DesktopMessage =
  /** Its page runs, and is seen or not. */
  | { type: 'heartbeat'; visible: boolean }
  /** Its page runs, and may ring for this offer. */
  | { type: 'present'; offer: string; visible: boolean }
  /** How its line in a talk is, as the browser sees it. */
  | { type: 'line'; interaction: string; line: BrowserLine; visible: boolean };

const longest = 1_000;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Undefined for what is none: a newer desktop may say more than this server knows. */
export function parseDesktopMessage(data: string): DesktopMessage | undefined {
  if (data.length > longest) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('type' in parsed)) return undefined;
  if (!('visible' in parsed) || typeof parsed.visible !== 'boolean') return undefined;
  const { visible } = parsed;
  if (parsed.type === 'heartbeat') return { type: 'heartbeat', visible };
  if (parsed.type === 'present' && 'offer' in parsed) {
    const { offer } = parsed;
    return isId(offer) ? { type: 'present', offer, visible } : undefined;
  }
  if (parsed.type !== 'line' || !('interaction' in parsed) || !('line' in parsed)) return undefined;
  const { interaction } = parsed;
  const line = browserLineOf(parsed.line);
  return isId(interaction) && line ? { type: 'line', interaction, line, visible } : undefined;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value);
}
