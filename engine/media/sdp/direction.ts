/** Which way media flows, seen from the side that says it (RFC 3264 5.1). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export const directions: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

const answers: Record<Direction, Direction> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

/** The direction of the answer that grants all of what was offered (RFC 3264 6.1). */
export function answerTo(direction: Direction): Direction {
  return answers[direction];
}
