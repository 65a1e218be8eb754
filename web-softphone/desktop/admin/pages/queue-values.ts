import type { Queue } from '../api.js';
import type { AdminText } from '../i18n/texts.js';
import { nameErrors } from '../parts/fields.js';
import type { FieldErrors } from '../parts/use-fields.js';

export const path = '/desktop/admin/queues';

/** What a form of a queue holds. */
export type QueueValues = Omit<Queue, 'id' | 'agents' | 'waiting' | 'disabledAt' | 'version'>;

/** As the server makes it when nothing else is said. */
export const blank: QueueValues = {
  key: '',
  name: { en: '', ko: '' },
  hours: null,
  overflow: null,
  skillSteps: [],
  quiet: null,
  position: 0,
  open: true,
  priority: 0,
  ageingSeconds: 300,
  liveAheadSeconds: 86_400,
  strategy: 'longest_idle',
  lastAgentDays: 0,
  lastAgentHoldSeconds: 0,
  offerSeconds: 20,
  ringSeconds: 45,
  ringAtOnce: 10,
  declineRestSeconds: 30,
  wrapUpSeconds: 60,
  wrapUpExtensions: 2,
  wrapUpExtensionSeconds: 60,
  serviceLevelSeconds: 120,
  serviceLevelPercent: 80,
  customerFirst: false,
  liveWaitSeconds: 60,
  confirm: false,
  confirmTimes: 3,
  confirmSeconds: 5,
  whisper: false,
  autoAnswer: false,
  overflowAfterSeconds: null,
  overflowAbove: null,
  maxWaitSeconds: null,
  maxWaitThen: 'overflow',
  maxWaiting: null,
  fullThen: 'close',
  music: 'hold-music-1',
  announceSeconds: 45,
  announcePlace: true,
  announceWait: true,
  slotMinutes: 30,
  slotLeadMinutes: 30,
  slotHorizonDays: 7,
  slotCapacity: null,
  slotPriority: 2,
  sameRequestSeconds: 120,
};

export function valuesOf(queue: Queue): QueueValues {
  const steps = queue.skillSteps.map(({ after, require = {}, prefer = [] }) => ({ after, require, prefer }));
  const fields = Object.keys(blank) as (keyof QueueValues)[];
  return {
    ...(Object.fromEntries(fields.map(field => [field, queue[field]])) as QueueValues),
    skillSteps: steps,
  };
}

const clock = /^([01]\d|2[0-3]):[0-5]\d$/;

/** What would be refused, said before it is sent. */
export function faults(values: QueueValues, t: AdminText): FieldErrors {
  const { quiet, skillSteps } = values;
  const errors: FieldErrors = { ...nameErrors(values, t) };
  if (quiet && !clock.test(quiet.from)) errors['quiet.from'] = t.queues.clockWrong;
  if (quiet && !clock.test(quiet.until)) errors['quiet.until'] = t.queues.clockWrong;
  else if (quiet && quiet.from === quiet.until) errors['quiet.until'] = t.queues.quietSame;
  if (values.announceSeconds > 0 && values.announceSeconds < 10)
    errors.announceSeconds = t.queues.announceWrong;
  for (const [index, { after }] of skillSteps.entries()) {
    const before = skillSteps[index - 1]?.after;
    if (before !== undefined && after <= before) errors[`skillSteps.${index}.after`] = t.queues.stepOrder;
  }
  return errors;
}

/** What the fields are called, where one is put beside another. */
export function labelsOf({ queues }: AdminText): Partial<Record<keyof QueueValues, string>> {
  return { ...queues, skillSteps: queues.steps };
}
