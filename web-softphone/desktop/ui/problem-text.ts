import { Problem } from '../api/problem.js';
import { EngagedError } from '../desktop.js';
import type { Dictionary } from '../i18n/en.js';
import { MicrophoneError } from '../softphone/microphone.js';

function localCode(code: string): code is 'unreachable' | 'timeout' | 'unreadable' {
  return code === 'unreachable' || code === 'timeout' || code === 'unreadable';
}

/** A failure in a sentence that a person understands. */
export function problemText(failure: unknown, t: Dictionary): string {
  if (failure instanceof MicrophoneError) return t.softphone.microphoneHelp[failure.state];
  if (failure instanceof EngagedError) return t.login.signOutDuringCall;
  if (!(failure instanceof Problem)) return t.problems.unknown;
  return localCode(failure.code) ? t.problems[failure.code] : failure.message;
}
