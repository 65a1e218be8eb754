import type { Stack } from './stack.js';

/** On a busy machine a person at a browser is slow: nothing runs out that is not meant to. */
export async function unhurried({ sql }: Pick<Stack, 'sql'>): Promise<void> {
  await sql`update queues set offer_seconds = 300, ring_seconds = 300, wrap_up_seconds = 300`;
}
