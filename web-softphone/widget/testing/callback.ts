import type { Callback } from '../callback.js';

/** One that waits, as the server tells it, but for what a test has to say of it. */
export const callbackWith = (part: Partial<Callback>): Callback => ({
  id: '1',
  state: 'waiting',
  outcome: null,
  position: null,
  estimatedWait: null,
  queue: { key: 'sales', name: 'Sales' },
  dueAt: null,
  slot: null,
  waitsFor: null,
  opensAt: null,
  movedFrom: null,
  confirming: false,
  via: 'phone',
  away: false,
  call: null,
  ...part,
});
